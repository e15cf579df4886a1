package io.jpm.console.monit;

import io.jpm.console.monit.Key.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decodes terminal input into keys: UTF-8 and the control sequences of special keys (ECMA-48, 5.4;
/// `console_codes(4)`). Unknown input is ignored.
///
/// Not thread-safe: confined to one session.
public final class KeyReader {
  private static final char ESCAPE = '\u001b';
  private static final int LONGEST_SEQUENCE = 32;

  /// The bytes of a key that has not arrived completely.
  private String pending = "";

  /// Decodes the next bytes of terminal input.
  ///
  /// @param bytes the input since the last call, one character per byte. If it is empty, a pending
  ///   escape character is decoded as the Escape key.
  public List<Key> read(String bytes) {
    String all = pending + bytes;
    List<Key> keys = new ArrayList<>();
    int at = 0;
    while (at < all.length()) {
      int end = endOf(all, at);
      if (end < 0) {
        break;
      }
      key(all, at, end).ifPresent(keys::add);
      at = end;
    }
    pending = all.substring(at);
    if (bytes.isEmpty() && !pending.isEmpty()) {
      if (pending.charAt(0) == ESCAPE) {
        keys.add(Named.ESCAPE);
      }
      pending = "";
    }
    return keys;
  }

  /// Returns the index after the key that begins at `at`; negative if the key is incomplete.
  private static int endOf(String all, int at) {
    char first = all.charAt(at);
    if (first != ESCAPE) {
      return characterEnd(all, at);
    }
    if (at + 1 == all.length()) {
      return -1;
    }
    return switch (all.charAt(at + 1)) {
      case '[' -> sequenceEnd(all, at + 2);
      case 'O' -> at + 3 <= all.length() ? at + 3 : -1;
      case ESCAPE -> at + 1;
      default -> at + 2; // a key together with Alt
    };
  }

  /// Returns the index after the UTF-8 character that begins at `at`; negative if it is incomplete.
  /// A malformed character ends where the next one begins.
  private static int characterEnd(String all, int at) {
    int end = at + utf8Length(all.charAt(at));
    for (int i = at + 1; i < end; i++) {
      if (i == all.length()) {
        return -1;
      }
      if ((all.charAt(i) & 0xC0) != 0x80) {
        return i;
      }
    }
    return end;
  }

  private static int sequenceEnd(String all, int from) {
    for (int i = from; i < all.length(); i++) {
      char c = all.charAt(i);
      if ((c >= '@' && c <= '~') || c < ' ' || i - from > LONGEST_SEQUENCE) {
        return i + 1;
      }
    }
    return -1;
  }

  private static int utf8Length(char first) {
    if (first < 0xC0) {
      return 1;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }

  private static Optional<Key> key(String all, int from, int end) {
    char first = all.charAt(from);
    if (first == ESCAPE) {
      return special(all.substring(from + 1, end));
    }
    return switch (first) {
      case '\r', '\n' -> Optional.of(Named.ENTER);
      case '\t' -> Optional.of(Named.TAB);
      case '\b', '\u007f' -> Optional.of(Named.BACKSPACE);
      case '\u0003' -> Optional.of(Named.INTERRUPT);
      default -> character(all, from, end);
    };
  }

  private static Optional<Key> character(String all, int from, int end) {
    int point = all.charAt(from);
    int length = end - from;
    if (length != utf8Length(all.charAt(from))) {
      return Optional.empty();
    }
    if (length > 1) {
      point &= 0xFF >> (length + 1);
      for (int i = from + 1; i < end; i++) {
        point = point << 6 | (all.charAt(i) & 0x3F);
      }
    } else if (point < ' ' || point >= 0x80) {
      return Optional.empty();
    }
    return Character.isValidCodePoint(point)
            && Character.isDefined(point)
            && Character.getType(point) != Character.SURROGATE
        ? Optional.of(new Key.Typed(point))
        : Optional.empty();
  }

  /// Decodes an escape sequence. Returns empty for an unknown sequence.
  ///
  /// @param sequence the text after the escape character; empty for the Escape key
  private static Optional<Key> special(String sequence) {
    return Optional.ofNullable(
        switch (sequence) {
          case "" -> Named.ESCAPE;
          case "[A", "OA" -> Named.UP;
          case "[B", "OB" -> Named.DOWN;
          case "[C", "OC" -> Named.RIGHT;
          case "[D", "OD" -> Named.LEFT;
          case "[H", "OH", "[1~", "[7~" -> Named.HOME;
          case "[F", "OF", "[4~", "[8~" -> Named.END;
          case "[5~" -> Named.PAGE_UP;
          case "[6~" -> Named.PAGE_DOWN;
          case "[Z" -> Named.TAB;
          default -> null;
        });
  }
}
