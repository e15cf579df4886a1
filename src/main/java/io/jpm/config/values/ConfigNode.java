package io.jpm.config.values;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A configuration value as written, with its line. All input (JSON, YAML, the value of a script,
/// the command line) is converted to this tree, so that the same code validates an attribute from
/// any input.
public sealed interface ConfigNode {
  /// Returns the line in which the value begins, from 1; 0 if the value comes from the command line
  /// or from a script.
  int line();

  /// Returns a short description of the value for messages.
  String displayText();

  /// Returns the value as compact JSON, as PM2 formats objects in the environment of an app.
  String json();

  record Text(int line, String value) implements ConfigNode {
    private static final int SHOWN = 60;

    @Override
    public String displayText() {
      return '"' + (value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…") + '"';
    }

    @Override
    public String json() {
      StringBuilder json = new StringBuilder("\"");
      JsonStringEncoder.getInstance().quoteAsString(value, json);
      return json.append('"').toString();
    }
  }

  /// A number that preserves every digit.
  ///
  /// @param text the digits as written
  record Num(int line, String text) implements ConfigNode {
    private static final int SHOWN = 30;
    private static final Pattern SIMPLE = Pattern.compile("-?[0-9]{1,15}\\.[0-9]{1,15}");

    /// Converts a number from the notation of JSON5 or YAML: `+5`, `.5`, `5.` and `05` become 5,
    /// 0.5, 5 and 5.
    public static Num canonical(int line, String text) {
      String digits = text.startsWith("+") ? text.substring(1) : text;
      String sign = digits.startsWith("-") ? "-" : "";
      String rest = digits.substring(sign.length()).replaceFirst("^0+(?=[0-9])", "");
      String begun = rest.startsWith(".") ? "0" + rest : rest;
      return new Num(line, sign + begun.replaceFirst("\\.(?=[eE]|$)", ""));
    }

    @Override
    public String displayText() {
      return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /// Formats simple numbers as JavaScript does: `1.0` is `1`, `1e3` is `1000`, `1.50` is `1.5`.
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

  record Bool(int line, boolean value) implements ConfigNode {
    @Override
    public String displayText() {
      return Boolean.toString(value);
    }

    @Override
    public String json() {
      return displayText();
    }
  }

  record Nil(int line) implements ConfigNode {
    @Override
    public String displayText() {
      return "null";
    }

    @Override
    public String json() {
      return "null";
    }
  }

  record Arr(int line, List<ConfigNode> items) implements ConfigNode {
    public Arr {
      items = List.copyOf(items);
    }

    @Override
    public String displayText() {
      return "a list";
    }

    @Override
    public String json() {
      return items.stream().map(ConfigNode::json).collect(Collectors.joining(",", "[", "]"));
    }
  }

  record Obj(int line, List<Member> members) implements ConfigNode {
    public Obj {
      members = List.copyOf(members);
    }

    /// Returns the value of the first member with this key.
    public Optional<ConfigNode> get(String key) {
      return members.stream().filter(m -> m.key().equals(key)).map(Member::value).findFirst();
    }

    @Override
    public String displayText() {
      return "an object";
    }

    @Override
    public String json() {
      return members.stream()
          .map(m -> new Text(m.line(), m.key()).json() + ":" + m.value().json())
          .collect(Collectors.joining(",", "{", "}"));
    }
  }

  /// One `"key": value` pair of an object.
  record Member(int line, String key, ConfigNode value) {}

  /// Returns the integer that `text` denotes (`16`, `16.0`, `1e3`); empty if it is not an integer
  /// or does not fit into a `long`.
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

  /// Returns the number that `text` denotes, such as `0.25`; empty if it is not a number.
  static Optional<Double> fraction(String text) {
    try {
      return text.length() > 100
          ? Optional.empty()
          : Optional.of(new BigDecimal(text.strip()).doubleValue());
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /// Returns the text of a scalar, for use as an argument or a variable; empty for `null`, lists
  /// and objects.
  static Optional<String> scalarText(ConfigNode configNode) {
    return switch (configNode) {
      case Text text -> Optional.of(text.value());
      case Num number -> Optional.of(number.json());
      case Bool bool -> Optional.of(bool.displayText());
      case Nil _, Arr _, Obj _ -> Optional.empty();
    };
  }
}
