package io.jpm.console.text;

import java.util.Arrays;

/// Measures text in terminal columns. A wide character occupies 2 columns, a combining character 0.
public final class TextWidth {
  /// The first and last code points of the ranges that Unicode classifies as Wide or Fullwidth (UAX
  /// #11).
  private static final int[] WIDE = {
    0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3,
    0x25FD, 0x25FE, 0x2614, 0x2615, 0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1,
    0x26AA, 0x26AB, 0x26BD, 0x26BE, 0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA,
    0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B,
    0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797,
    0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x303E,
    0x3041, 0x4DBF, 0x4E00, 0xA4CF, 0xA960, 0xA97F, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19,
    0xFE30, 0xFE6F, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x18DFF, 0x1AFF0, 0x1B2FF, 0x1F004,
    0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F200, 0x1F320, 0x1F32D,
    0x1F335, 0x1F337, 0x1F37C, 0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0,
    0x1F3F0, 0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E, 0x1F440, 0x1F440, 0x1F442, 0x1F4FC, 0x1F4FF,
    0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567, 0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4,
    0x1F5A4, 0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2, 0x1F6D5,
    0x1F6D7, 0x1F6DC, 0x1F6DF, 0x1F6EB, 0x1F6EC, 0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7EB, 0x1F7F0,
    0x1F7F0, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000,
    0x2FFFD, 0x30000, 0x3FFFD
  };

  private TextWidth() {}

  /// Returns the number of columns that `text` occupies.
  public static int of(String text) {
    int columns = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      columns += of(point);
      i += Character.charCount(point);
    }
    return columns;
  }

  /// Returns `text`, shortened to at most `columns`. If it does not fit, its end is replaced by
  /// `…`.
  public static String fit(String text, int columns) {
    if (of(text) <= columns) {
      return text;
    }
    return text.substring(0, prefix(text, Math.max(columns - 1, 0))) + "…";
  }

  /// Returns the length in chars of the longest prefix of `text` that fits in `columns`. A
  /// combining character is never separated from its base character.
  public static int prefix(String text, int columns) {
    int used = 0;
    int end = 0;
    while (end < text.length()) {
      int point = text.codePointAt(end);
      used += of(point);
      if (used > columns) {
        return end;
      }
      end += Character.charCount(point);
    }
    return end;
  }

  private static int of(int point) {
    if (point < 0x300) {
      return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD ? 0 : 1;
    }
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isMedialJamo(point) ? 0 : isWide(point) ? 2 : 1;
    };
  }

  /// Reports whether `point` is a Hangul vowel or final consonant, which is drawn into the
  /// preceding syllable.
  private static boolean isMedialJamo(int point) {
    return point >= 0x1160 && point <= 0x11FF;
  }

  private static boolean isWide(int point) {
    if (point < WIDE[0]) {
      return false;
    }
    int found = Arrays.binarySearch(WIDE, point);
    // Between the first and the last code point of a range, the insertion index is odd.
    return found >= 0 || (-found - 1) % 2 == 1;
  }
}
