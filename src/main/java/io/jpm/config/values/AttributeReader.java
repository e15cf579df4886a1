package io.jpm.config.values;

import io.jpm.model.process.Signal;
import io.jpm.spec.AppKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Reads the attributes of one app as values of the types in the catalogue. An invalid value is
/// recorded as a problem and treated as absent. The value `null` is treated as absent without a
/// problem.
public final class AttributeReader {
  /// One attribute as written.
  ///
  /// @param spelling the key's spelling in the file
  public record Entry(AppKey key, String spelling, ConfigNode value) {}

  /// The number of problems after which no spelling suggestions are made. Suggestions take time,
  /// and users do not read so many problems.
  private static final int MANY = 100;

  private final SourceLocation sourceLocation;
  private final Problems problems;
  private final Map<AppKey, Entry> entries = new EnumMap<>(AppKey.class);
  private final List<Entry> environments = new ArrayList<>();
  private boolean unknownKeys;

  private AttributeReader(SourceLocation sourceLocation, Problems problems) {
    this.sourceLocation = sourceLocation;
    this.problems = problems;
  }

  /// Creates a reader for the attributes of `app`. Unknown and repeated keys are recorded as
  /// problems.
  ///
  /// @param otherNames names that may be suggested for a misspelled key, in addition to the names
  ///   of the app attributes
  public static AttributeReader of(
      ConfigNode.Obj app,
      SourceLocation sourceLocation,
      List<String> otherNames,
      Problems problems) {
    AttributeReader attributeReader = new AttributeReader(sourceLocation, problems);
    app.members().forEach(member -> attributeReader.add(member, otherNames));
    return attributeReader;
  }

  private void add(ConfigNode.Member member, List<String> otherNames) {
    Optional<AppKey> known = AppKey.named(member.key());
    if (known.isEmpty()) {
      unknownKeys = true;
      List<String> names = new ArrayList<>();
      if (problems.problemCount() < MANY) {
        names.addAll(AppKey.everySpelling());
        names.addAll(otherNames);
      }
      problems.problem(
          member.line(), sourceLocation.at(member.line()), unknown(member.key(), names));
      return;
    }
    Entry entry = new Entry(known.get(), member.key(), member.value());
    if (known.get() == AppKey.ENV_NAME) {
      environments.add(entry);
      return;
    }
    Entry earlier = entries.putIfAbsent(known.get(), entry);
    if (earlier != null) {
      problems.problem(
          member.line(),
          sourceLocation.value(known.get(), member.key(), member.line(), ""),
          "is already set as \"" + earlier.spelling() + "\": keep only one of the two keys");
    }
  }

  /// Returns the message about an unknown key. Suggests the name in `names` that is most similar.
  public static String unknown(String key, List<String> names) {
    String shown = new ConfigNode.Text(0, key).displayText();
    return NearestName.to(key, names)
        .map(near -> "unknown key " + shown + ": did you mean \"" + near + "\"?")
        .orElse("unknown key " + shown);
  }

  /// Reports whether there are unknown keys. If so, an attribute that seems to be missing may only
  /// be misspelled.
  public boolean hasUnknownKeys() {
    return unknownKeys;
  }

  public Optional<ConfigNode> node(AppKey key) {
    return entry(key).map(Entry::value);
  }

  /// Returns the attribute as written; empty if it is absent or null.
  public Optional<Entry> entry(AppKey key) {
    return Optional.ofNullable(entries.get(key))
        .filter(entry -> !(entry.value() instanceof ConfigNode.Nil));
  }

  /// Returns the attribute `env_<name>`.
  public Optional<Entry> environment(String name) {
    return environments.stream()
        .filter(entry -> entry.spelling().equals(AppKey.ENV_PREFIX + name))
        .filter(entry -> !(entry.value() instanceof ConfigNode.Nil))
        .findFirst();
  }

  /// Replaces the value of `entry`.
  public void replace(Entry entry, ConfigNode value) {
    entries.put(entry.key(), new Entry(entry.key(), entry.spelling(), value));
  }

  /// Records a problem in another file, to which the app refers in `line`.
  public void problem(int line, String where, String what) {
    problems.problem(line, where, what);
  }

  /// Returns the name of `key` for messages: its spelling in the file, or its command line option.
  public String displayName(AppKey key) {
    Entry entry = entries.get(key);
    return sourceLocation.displayName(key, entry == null ? key.key() : entry.spelling());
  }

  /// Returns the name of `key` with its location, for use in a message about another key:
  /// `kill_signal in line 3`.
  public String reference(AppKey key) {
    Entry entry = entries.get(key);
    return entry == null
        ? sourceLocation.displayName(key, key.key())
        : sourceLocation.reference(key, entry.spelling(), entry.value().line());
  }

  public void refuse(AppKey key, String what) {
    refuse(key, "", what);
  }

  /// Records a problem with the value of `key`, or with the app if the key is absent.
  public void refuse(AppKey key, String tail, String what) {
    Entry entry = entries.get(key);
    String spelling = entry == null ? key.key() : entry.spelling();
    int line = entry == null ? sourceLocation.line() : entry.value().line();
    problems.problem(line, sourceLocation.value(key, spelling, line, tail), what);
  }

  /// Records a problem with the app as a whole.
  public void refuseApp(String what) {
    problems.problem(sourceLocation.line(), sourceLocation.app(), what);
  }

  /// Records a problem with a part of the value of `key`, with the line of that part.
  public void refusePart(AppKey key, ConfigNode part, String tail, String what) {
    Entry entry = entries.get(key);
    refusePart(entry == null ? new Entry(key, key.key(), part) : entry, part, tail, what);
  }

  /// Records a problem with a part of the value of `entry`.
  public void refusePart(Entry entry, ConfigNode part, String tail, String what) {
    problems.problem(
        part.line(), sourceLocation.value(entry.key(), entry.spelling(), part.line(), tail), what);
  }

  /// Returns the value if it is text. Blank text and text that contains NUL are recorded as
  /// problems.
  public Optional<String> text(AppKey key) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (!(node.get() instanceof ConfigNode.Text text)) {
      boolean one = ConfigNode.scalarText(node.get()).isPresent();
      refuse(
          key,
          node.get().displayText() + " is not text" + (one ? ": put it in double quotes" : ""));
      return Optional.empty();
    }
    if (text.value().isBlank()) {
      refuse(key, "is empty");
      return Optional.empty();
    }
    if (text.value().indexOf('\0') >= 0) {
      refuse(key, "contains a NUL character");
      return Optional.empty();
    }
    return Optional.of(text.value());
  }

  /// Returns a boolean value, which may be written as the text `true` or `false`.
  public boolean flag(AppKey key, boolean otherwise) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return otherwise;
    }
    if (node.get() instanceof ConfigNode.Bool bool) {
      return bool.value();
    }
    if (node.get() instanceof ConfigNode.Text text
        && (text.value().equals("true") || text.value().equals("false"))) {
      return text.value().equals("true");
    }
    refuse(key, node.get().displayText() + " is neither true nor false");
    return otherwise;
  }

  /// Returns the value if it is an integer from `min` to `max`.
  public Optional<Integer> number(AppKey key, int min, int max) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong value = whole(node.get());
    if (value.isEmpty() || value.getAsLong() < min || value.getAsLong() > max) {
      String range =
          max == Integer.MAX_VALUE ? "of " + min + " or more" : "from " + min + " to " + max;
      refuse(key, node.get().displayText() + " is not an integer " + range);
      return Optional.empty();
    }
    return Optional.of((int) value.getAsLong());
  }

  /// Returns the integer in `configNode`; empty if there is none. As in PM2, it may be written as a
  /// number or as text.
  public static OptionalLong whole(ConfigNode configNode) {
    return switch (configNode) {
      case ConfigNode.Num number -> ConfigNode.wholeNumber(number.text());
      case ConfigNode.Text text -> ConfigNode.wholeNumber(text.value());
      case ConfigNode.Bool _, ConfigNode.Nil _, ConfigNode.Arr _, ConfigNode.Obj _ ->
          OptionalLong.empty();
    };
  }

  public Duration duration(AppKey key, Duration otherwise) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return otherwise;
    }
    Optional<Duration> read = time(node.get());
    if (read.isEmpty()) {
      refuse(key, notADuration(node.get()));
    }
    return read.orElse(otherwise);
  }

  /// Returns the duration for a number of milliseconds or a text with a unit.
  public static Optional<Duration> time(ConfigNode configNode) {
    OptionalLong millis = whole(configNode);
    if (millis.isPresent()) {
      return Durations.ofMillis(millis.getAsLong());
    }
    return configNode instanceof ConfigNode.Text text
        ? Durations.parse(text.value())
        : Optional.empty();
  }

  /// Returns the message about a value that is not a duration.
  public static String notADuration(ConfigNode configNode) {
    return configNode.displayText()
        + " is not a duration: use milliseconds, or a whole number with ms, s, m, h or d, such as"
        + " \"10s\"";
  }

  public Signal signal(AppKey key, Signal otherwise) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return otherwise;
    }
    Optional<Signal> read = ConfigNode.scalarText(node.get()).flatMap(Signal::parse);
    if (read.isEmpty()) {
      refuse(key, notASignal(node.get()));
    }
    return read.orElse(otherwise);
  }

  /// Returns the message about a value that is not a signal.
  public static String notASignal(ConfigNode configNode) {
    return configNode.displayText()
        + " is not a signal: use SIGINT, SIGTERM or another signal from signal(7)";
  }

  /// Returns the value if it is a valid name of an environment variable.
  public Optional<String> variableName(AppKey key) {
    Optional<String> name = text(key);
    if (name.filter(VariableNames::isName).isEmpty() && name.isPresent()) {
      refuse(key, "is not a variable name: it cannot contain =");
      return Optional.empty();
    }
    return name;
  }

  /// Returns the number of problems so far.
  public int problems() {
    return problems.problemCount();
  }

  /// Returns the value as words: the items of a list, or a text that is split as a shell would
  /// split it.
  public List<String> words(AppKey key) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    return words(key, "", node.get());
  }

  /// Returns a part of the value of `key` as words.
  public List<String> words(AppKey key, String tail, ConfigNode configNode) {
    return switch (configNode) {
      case ConfigNode.Text text -> splitWords(key, tail, text);
      case ConfigNode.Arr list -> listedWords(key, tail, list);
      case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _, ConfigNode.Obj _ -> {
        refusePart(key, configNode, tail, configNode.displayText() + " is neither text nor a list");
        yield List.of();
      }
    };
  }

  private List<String> splitWords(AppKey key, String tail, ConfigNode.Text text) {
    ShellWords words = ShellWords.of(text.value());
    if (!words.closed()) {
      refusePart(key, text, tail, text.displayText() + " contains a quote that is not closed");
    }
    if (text.value().indexOf('\0') >= 0) {
      refusePart(key, text, tail, "contains a NUL character");
    }
    return words.words();
  }

  private List<String> listedWords(AppKey key, String tail, ConfigNode.Arr list) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      ConfigNode item = list.items().get(i);
      String at = tail + "[" + i + "]";
      Optional<String> word = ConfigNode.scalarText(item);
      if (word.isEmpty()) {
        refusePart(key, item, at, item.displayText() + " is not text");
      } else if (word.get().indexOf('\0') >= 0) {
        refusePart(key, item, at, "contains a NUL character");
      } else {
        words.add(word.get());
      }
    }
    return words;
  }

  /// Adds warnings about attributes that are accepted but have no effect. The values `false` and
  /// `null` do not cause a warning.
  public void warnOfUnused(String app) {
    warn(app, "attributes not supported yet", AppKey.Support.NOT_YET);
    warn(app, "attributes without effect in jpm", AppKey.Support.PM2_ONLY);
  }

  private void warn(String app, String consequence, AppKey.Support support) {
    List<String> unused = new ArrayList<>();
    entries.forEach((key, entry) -> {
      if (key.support() == support && asksForSomething(entry.value())) {
        unused.add(sourceLocation.displayName(key, entry.spelling()) + parts(key, entry.value()));
      }
    });
    if (!unused.isEmpty()) {
      problems.warn(sourceLocation.warning(app) + consequence + ": " + String.join(", ", unused));
    }
  }

  /// Returns a supplement to the warning: the ignored keys of `watch_options`, or an alternative to
  /// `source_map_support`.
  private static String parts(AppKey key, ConfigNode value) {
    if (key == AppKey.SOURCE_MAP_SUPPORT) {
      return " (use Node's --enable-source-maps instead, in "
          + AppKey.INTERPRETER_ARGS.key()
          + " or --node-args)";
    }
    return key == AppKey.WATCH_OPTIONS && value instanceof ConfigNode.Obj object
        ? object.members().stream()
            .map(ConfigNode.Member::key)
            .collect(Collectors.joining(", ", " (", ")"))
        : "";
  }

  /// Adds a warning about the app with this name.
  public void warn(String app, String what) {
    problems.warn(sourceLocation.warning(app) + what);
  }

  private static boolean asksForSomething(ConfigNode value) {
    return !(value instanceof ConfigNode.Nil)
        && !(value instanceof ConfigNode.Bool bool && !bool.value());
  }

  /// Returns the value that a keyword denotes.
  ///
  /// @param known finds the value for a keyword
  /// @param words the valid keywords
  /// @param what the kind of value, for the message, such as `a balancing mode`
  public <T> Optional<T> word(
      AppKey key, Function<String, Optional<T>> known, List<String> words, String what) {
    Optional<String> text = text(key);
    Optional<T> value = text.flatMap(known);
    if (text.isPresent() && value.isEmpty()) {
      refuse(
          key,
          "%s is not %s: use %s"
              .formatted(new ConfigNode.Text(0, text.get()).displayText(), what, oneOf(words)));
    }
    return value;
  }

  /// Returns the words in quotes, separated by commas, with "or" before the last one.
  public static String oneOf(List<String> words) {
    List<String> quoted = words.stream().map(word -> "\"" + word + "\"").toList();
    int last = quoted.size() - 1;
    return last == 0
        ? quoted.getFirst()
        : String.join(", ", quoted.subList(0, last)) + " or " + quoted.getLast();
  }
}
