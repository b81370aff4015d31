package io.countersign.sandbox.azure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate for localhost, made by the JDK's keytool at each start; nobody trusts it but
 * whoever is told to.
 *
 * @param certificate in PEM
 * @param key its private key, in PEM
 */
record SelfSigned(SSLContext context, Path certificate, Path key) {
  private static final int SECONDS = 60;

  static SelfSigned in(Path folder) {
    return in(folder, "dns:localhost,ip:127.0.0.1");
  }

  /**
   * @param names whom it is issued for, as keytool writes them
   */
  static SelfSigned in(Path folder, String names) {
    var store = folder.resolve("localhost.p12");
    var password = UUID.randomUUID().toString();
    try {
      var secret = folder.resolve("localhost.pass");
      Files.writeString(secret, password);
      run(
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
              "-genkeypair",
              "-alias",
              "localhost",
              "-keyalg",
              "EC",
              "-groupname",
              "secp256r1",
              "-validity",
              "30",
              "-dname",
              "CN=localhost",
              "-ext",
              "SAN=" + names,
              "-storetype",
              "PKCS12",
              "-keystore",
              store.toString(),
              "-storepass:file",
              secret.toString()));
      var keys = KeyStore.getInstance("PKCS12");
      try (var in = Files.newInputStream(store)) {
        keys.load(in, password.toCharArray());
      }
      var manager = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      manager.init(keys, password.toCharArray());
      var context = SSLContext.getInstance("TLS");
      context.init(manager.getKeyManagers(), null, null);
      var pem = folder.resolve("localhost.pem");
      Files.writeString(pem, pem("CERTIFICATE", keys.getCertificate("localhost").getEncoded()));
      var key = folder.resolve("localhost.key");
      Files.writeString(
          key,
          pem("PRIVATE KEY", keys.getKey("localhost", password.toCharArray()).getEncoded()),
          StandardOpenOption.CREATE);
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      return new SelfSigned(context, pem, key);
    } catch (IOException failed) {
      throw new UncheckedIOException("making a certificate for localhost failed", failed);
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException("making a certificate for localhost failed", failed);
    }
  }

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(
            kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), kind);
  }

  private static void run(List<String> argv) throws IOException {
    var keytool =
        new ProcessBuilder(argv)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!keytool.waitFor(SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IllegalStateException(
            "keytool made no certificate; the stand-in Azure needs a whole JDK");
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}
