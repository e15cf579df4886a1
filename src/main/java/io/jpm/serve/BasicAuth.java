package io.jpm.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The user and password of a protected site. Only their digest is stored and compared. The
/// comparison takes constant time, so its duration reveals neither the position of an incorrect
/// character nor the length of the password.
final class BasicAuth {
  private static final String SCHEME = "basic ";

  private final byte[] expected;

  /// @param user the user name, which must not contain a colon
  BasicAuth(String user, String password) {
    this.expected = digest((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /// Reports whether an Authorization header contains the user and password.
  boolean admits(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    try {
      byte[] given = Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
      return MessageDigest.isEqual(expected, digest(given));
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static byte[] digest(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform supports SHA-256", e);
    }
  }
}
