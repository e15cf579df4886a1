package io.jpm.god.instance;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// What nobody can guess of an instance: 128 random bits that stand in the tag of its processes and
/// in the journal, and are shown nowhere.
///
/// @param hex 32 hexadecimal digits in lower case; empty: an instance that a daemon without secrets
///   has made
public record TagSecret(String hex) {
  private static final int BYTES = 16;
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}|");
  private static final SecureRandom RANDOM = new SecureRandom();

  /// Of an instance that a daemon without secrets has made.
  static final TagSecret NONE = new TagSecret("");

  public TagSecret {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException("a secret of " + hex.length() + " characters");
    }
  }

  /// A new one.
  static TagSecret make() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new TagSecret(HexFormat.of().formatHex(bytes));
  }

  public boolean isNone() {
    return hex.isEmpty();
  }

  /// Not itself: it is part of records that a log may show.
  @Override
  public String toString() {
    return isNone() ? "none" : "hidden";
  }
}
