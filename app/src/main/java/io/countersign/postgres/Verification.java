package io.countersign.postgres;

import io.countersign.estate.Tls;
import java.io.IOException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Verifies the certificates of PostgreSQL's servers, the same for the driver and for PostgreSQL's
 * own programs: issued by an authority that is trusted, for the very name that was asked for.
 */
final class Verification {
  private static final int DEEPEST = 20;
  private static final int PEM_WIDTH = 64;

  private Verification() {}

  /** What the driver is told. */
  static Properties properties(Tls tls) {
    var settings = new Properties();
    switch (tls) {
      case Tls.AsOffered() -> {}
      case Tls.Verified(var authorities) -> {
        settings.setProperty("sslmode", "verify-full");
        // encrypted by Kerberos, a session would have no certificate to verify
        settings.setProperty("gssEncMode", "disable");
        if (authorities.isEmpty()) {
          settings.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        } else {
          settings.setProperty("sslrootcert", authorities);
        }
      }
    }
    return settings;
  }

  /**
   * What a child's environment says; wins over what it has inherited.
   *
   * @param home gets a file with the authorities of the Java runtime, where those are trusted: what
   *     a child finds by itself depends on how it was built
   */
  static Map<String, String> environment(Tls tls, Scratch home) throws IOException {
    return switch (tls) {
      case Tls.AsOffered() -> Map.of();
      case Tls.Verified(var authorities) ->
          Map.of(
              "PGSSLMODE", "verify-full",
              "PGGSSENCMODE", "disable",
              "PGSSLROOTCERT",
                  authorities.isEmpty()
                      ? home.secretFile("authorities.pem", ofTheRuntime()).toString()
                      : authorities);
    };
  }

  private static String ofTheRuntime() {
    return trusted().stream().map(Verification::pem).collect(Collectors.joining());
  }

  /** Those that Java trusts by itself. */
  static List<X509Certificate> trusted() {
    try {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      return Arrays.stream(factory.getTrustManagers())
          .filter(X509TrustManager.class::isInstance)
          .flatMap(it -> Arrays.stream(((X509TrustManager) it).getAcceptedIssuers()))
          .toList();
    } catch (NoSuchAlgorithmException | KeyStoreException unusable) {
      throw new IllegalStateException("Java's own authorities cannot be read", unusable);
    }
  }

  private static String pem(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder(PEM_WIDTH, new byte[] {'\n'})
              .encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (CertificateEncodingException unreadable) {
      throw new IllegalStateException("one of Java's own authorities cannot be read", unreadable);
    }
  }

  /** Why a certificate was not taken, a clause; empty where that is not what went wrong. */
  static Optional<String> refused(SQLException error) {
    var message = String.valueOf(error.getMessage());
    if (message.contains("hostnameverifier") || message.contains("hostname verif")) {
      return Optional.of("its certificate was issued for another name");
    }
    if (message.contains("does not support SSL")) {
      return Optional.of("it offers no TLS, without which its certificate cannot be verified");
    }
    if (message.contains("SSL root certificate file")) {
      return Optional.of("the file tls.authorities cannot be read as certificates in PEM");
    }
    return Stream.<Throwable>iterate(error, Objects::nonNull, Throwable::getCause)
        .limit(DEEPEST)
        .flatMap(it -> refused(it).stream())
        .reduce((_, deeper) -> deeper);
  }

  private static Optional<String> refused(Throwable cause) {
    return switch (cause) {
      case CertificateExpiredException _ -> Optional.of("its certificate has expired");
      case CertPathBuilderException _, CertPathValidatorException _ ->
          Optional.of("its certificate was issued by no authority that is trusted");
      default -> Optional.empty();
    };
  }
}
