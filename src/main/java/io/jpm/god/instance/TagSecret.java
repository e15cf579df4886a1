package io.jpm.god.instance;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The secret of an instance: 128 random bits, which are part of its process tag and of the journal
/// and are never displayed.
///
/// @param hex 32 lower-case hexadecimal digits; empty for an instance created by a daemon version
///   without secrets
public record TagSecret(String hex) {
  private static final int BYTES = 16;
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}|");
  private static final SecureRandom RANDOM = new SecureRandom();

  /// The secret of an instance created by a daemon version without secrets.
  static final TagSecret NONE = new TagSecret("");

  public TagSecret {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "expected 32 hexadecimal digits as the secret of a process tag, but got "
              + hex.length()
              + " characters");
    }
  }

  /// Creates a new secret.
  static TagSecret make() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new TagSecret(HexFormat.of().formatHex(bytes));
  }

  public boolean isNone() {
    return hex.isEmpty();
  }

  /// Returns a text that does not reveal the secret, because records that contain it may be logged.
  @Override
  public String toString() {
    return isNone() ? "none" : "hidden";
  }
}
