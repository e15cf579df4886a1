package io.jpm.client;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A strict JSON parser for the bridge's frames. Objects are represented by maps, arrays by lists,
/// integers by `Long`, and other numbers by `Double`.
final class Json {
  /// The maximum nesting depth: more than any frame needs, and too little to overflow the stack.
  private static final int MAX_DEPTH = 64;

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /// Parses exactly one value.
  static @Nullable Object parse(byte[] utf8) throws MalformedJsonException {
    try {
      return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException _) {
      throw new MalformedJsonException("not UTF-8");
    }
  }

  /// Parses exactly one value.
  static @Nullable Object parse(String text) throws MalformedJsonException {
    Json json = new Json(text);
    Object value = json.value(0);
    json.skipSpace();
    if (json.at != text.length()) {
      throw json.malformed("unexpected text after the value");
    }
    return value;
  }

  /// Returns a JSON string that contains only ASCII characters and is therefore the same in every
  /// encoding.
  static String quote(String value) {
    StringBuilder out = new StringBuilder(value.length() + 2).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private @Nullable Object value(int depth) throws MalformedJsonException {
    if (depth > MAX_DEPTH) {
      throw malformed("nested too deeply");
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object(int depth) throws MalformedJsonException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (accept('}')) {
      return members;
    }
    do {
      skipSpace();
      String name = string();
      skipSpace();
      expect(':');
      members.put(name, value(depth + 1));
      skipSpace();
    } while (accept(','));
    expect('}');
    return members;
  }

  private List<@Nullable Object> array(int depth) throws MalformedJsonException {
    List<@Nullable Object> items = new ArrayList<>();
    at++;
    skipSpace();
    if (accept(']')) {
      return items;
    }
    do {
      items.add(value(depth + 1));
      skipSpace();
    } while (accept(','));
    expect(']');
    return items;
  }

  private String string() throws MalformedJsonException {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return out.toString();
      } else if (c < ' ') {
        throw malformed("unescaped control character in a string");
      }
      out.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() throws MalformedJsonException {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> fourHexDigits();
      default -> throw malformed("unknown escape sequence");
    };
  }

  private char fourHexDigits() throws MalformedJsonException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = next();
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw malformed("expected four hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private <T extends @Nullable Object> T word(String word, T meaning)
      throws MalformedJsonException {
    if (!text.startsWith(word, at)) {
      throw malformed("expected true, false or null");
    }
    at += word.length();
    return meaning;
  }

  private Object number() throws MalformedJsonException {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String number = text.substring(start, at);
    if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw malformed("expected a value");
    }
    try {
      return Long.valueOf(number);
    } catch (NumberFormatException _) {
      return Double.valueOf(number);
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() throws MalformedJsonException {
    if (at >= text.length()) {
      throw malformed("unexpected end of the text");
    }
    return text.charAt(at);
  }

  private char next() throws MalformedJsonException {
    char c = peek();
    at++;
    return c;
  }

  private boolean accept(char wanted) {
    boolean there = at < text.length() && text.charAt(at) == wanted;
    if (there) {
      at++;
    }
    return there;
  }

  private void expect(char wanted) throws MalformedJsonException {
    if (!accept(wanted)) {
      throw malformed("expected " + wanted);
    }
  }

  private MalformedJsonException malformed(String why) {
    return new MalformedJsonException(why + " at character " + at);
  }

  /// Signals text that is not valid JSON.
  static final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedJsonException(String message) {
      super(message);
    }
  }
}
