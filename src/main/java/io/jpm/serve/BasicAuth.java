package io.jpm.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The one user and password that a site may ask for. What it keeps is a digest, so that comparing
/// takes the same time whatever is wrong, and how long.
final class BasicAuth {
  private static final String SCHEME = "basic ";

  private final byte[] expected;

  /// @param user without a colon
  BasicAuth(String user, String password) {
    this.expected = digest((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /// Whether an Authorization header has them.
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
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
