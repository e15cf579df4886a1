package io.jpm.model.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The hash function SHA-256, in hexadecimal digits in lower case.
public final class Sha256 {
  private Sha256() {}

  /// All 64 digits of the hash of a text in UTF-8.
  public static String hex(String text) {
    return hex(text.getBytes(StandardCharsets.UTF_8));
  }

  /// All 64 digits.
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(digest(bytes));
  }

  /// The first digits of the hash of a text in UTF-8, as a name for it.
  ///
  /// @param bytes how many bytes of the hash, two digits each; 1 to 32
  public static String hex(String text, int bytes) {
    return HexFormat.of().formatHex(digest(text.getBytes(StandardCharsets.UTF_8)), 0, bytes);
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
