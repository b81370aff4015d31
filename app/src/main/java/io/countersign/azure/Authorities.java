package io.countersign.azure;

import io.countersign.Problem;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates of authorities that only the operator's own network knows. */
final class Authorities {
  private Authorities() {}

  /**
   * Trusts those in a file, and no other.
   *
   * @throws RestorerUnavailable where it cannot be read
   */
  static SSLContext trusting(String file) {
    try (var pem = Files.newInputStream(Path.of(file))) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("authority-" + count++, certificate);
      }
      var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trusted.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException unreadable) {
      throw new RestorerUnavailable(
          new Problem(
              "reading the certificates of Azure's endpoints",
              file + " cannot be read as certificates in PEM.",
              "Correct azure.endpoints.certificates in the estate's file."));
    }
  }
}
