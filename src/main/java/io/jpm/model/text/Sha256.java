package io.jpm.model.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Computes SHA-256 hashes in lower-case hexadecimal digits.
public final class Sha256 {
  private Sha256() {}

  /// Returns all 64 digits of the hash of a text in UTF-8.
  public static String hex(String text) {
    return hex(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Returns all 64 digits of the hash.
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(digest(bytes));
  }

  /// Returns the first digits of the hash of a text in UTF-8, for use as a name.
  ///
  /// @param bytes the number of bytes of the hash to return, 1 to 32; each byte has two digits
  public static String hex(String text, int bytes) {
    return HexFormat.of().formatHex(digest(text.getBytes(StandardCharsets.UTF_8)), 0, bytes);
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform supports SHA-256", impossible);
    }
  }
}
