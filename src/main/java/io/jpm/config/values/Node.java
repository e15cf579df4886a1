package io.jpm.config.values;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A value as it was written, with its line. Every way of writing apps (JSON, YAML, a script's
/// value, the command line) ends in this tree, so that every attribute is judged in one place.
public sealed interface Node {
  /// The line it begins in, from 1; 0 on the command line and in what a script gave.
  int line();

  /// The value in a few words, for a problem's sentence.
  String shown();

  /// The value as compact JSON, which is how PM2 hands an object to an app's environment.
  String json();

  record Text(int line, String value) implements Node {
    private static final int SHOWN = 60;

    @Override
    public String shown() {
      return '"' + (value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…") + '"';
    }

    @Override
    public String json() {
      StringBuilder json = new StringBuilder("\"");
      JsonStringEncoder.getInstance().quoteAsString(value, json);
      return json.append('"').toString();
    }
  }

  /// A number, which keeps every digit.
  ///
  /// @param text the digits as written
  record Num(int line, String text) implements Node {
    private static final int SHOWN = 30;
    private static final Pattern SIMPLE = Pattern.compile("-?[0-9]{1,15}\\.[0-9]{1,15}");

    /// The number that a text writes in the forms of JSON5 and YAML: `+5`, `.5`, `5.` and `05` are
    /// 5, 0.5, 5 and 5.
    public static Num canonical(int line, String text) {
      String digits = text.startsWith("+") ? text.substring(1) : text;
      String sign = digits.startsWith("-") ? "-" : "";
      String rest = digits.substring(sign.length()).replaceFirst("^0+(?=[0-9])", "");
      String begun = rest.startsWith(".") ? "0" + rest : rest;
      return new Num(line, sign + begun.replaceFirst("\\.(?=[eE]|$)", ""));
    }

    @Override
    public String shown() {
      return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /// As JavaScript would print it where that is simple: `1.0` is `1`, `1e3` is `1000`, `1.50` is
    /// `1.5`.
    @Override
    public String json() {
      OptionalLong whole = wholeNumber(text);
      return whole.isPresent() ? Long.toString(whole.getAsLong()) : simple();
    }

    private String simple() {
      return SIMPLE.matcher(text).matches()
          ? new BigDecimal(text).stripTrailingZeros().toPlainString()
          : text;
    }
  }

  record Bool(int line, boolean value) implements Node {
    @Override
    public String shown() {
      return Boolean.toString(value);
    }

    @Override
    public String json() {
      return shown();
    }
  }

  record Nil(int line) implements Node {
    @Override
    public String shown() {
      return "null";
    }

    @Override
    public String json() {
      return "null";
    }
  }

  record Arr(int line, List<Node> items) implements Node {
    public Arr {
      items = List.copyOf(items);
    }

    @Override
    public String shown() {
      return "a list";
    }

    @Override
    public String json() {
      return items.stream().map(Node::json).collect(Collectors.joining(",", "[", "]"));
    }
  }

  record Obj(int line, List<Member> members) implements Node {
    public Obj {
      members = List.copyOf(members);
    }

    /// The value of the first member with this key.
    public Optional<Node> get(String key) {
      return members.stream().filter(m -> m.key().equals(key)).map(Member::value).findFirst();
    }

    @Override
    public String shown() {
      return "an object";
    }

    @Override
    public String json() {
      return members.stream()
          .map(m -> new Text(m.line(), m.key()).json() + ":" + m.value().json())
          .collect(Collectors.joining(",", "{", "}"));
    }
  }

  /// One `"key": value` of an object.
  record Member(int line, String key, Node value) {}

  /// The whole number that `text` writes (`16`, `16.0`, `1e3`); empty when it is none, or beyond a
  /// `long`.
  static OptionalLong wholeNumber(String text) {
    if (text.length() > 100) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(new BigDecimal(text.strip()).longValueExact());
    } catch (ArithmeticException | NumberFormatException _) {
      return OptionalLong.empty();
    }
  }

  /// The number that `text` writes, `0.25`; empty when it is none.
  static Optional<Double> fraction(String text) {
    try {
      return text.length() > 100
          ? Optional.empty()
          : Optional.of(new BigDecimal(text.strip()).doubleValue());
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /// A scalar as the text an argument or a variable gets; empty for `null`, lists and objects.
  static Optional<String> scalarText(Node node) {
    return switch (node) {
      case Text text -> Optional.of(text.value());
      case Num number -> Optional.of(number.json());
      case Bool bool -> Optional.of(bool.shown());
      case Nil _, Arr _, Obj _ -> Optional.empty();
    };
  }
}
