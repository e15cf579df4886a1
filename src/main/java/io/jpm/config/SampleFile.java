package io.jpm.config;

import io.jpm.config.syntax.ProcessFormat;
import io.jpm.spec.AppKey;
import io.jpm.spec.AppKey.Group;
import io.jpm.spec.AppKey.Support;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Generates a sample process file from the attribute catalogue. The sample contains one app, which
/// can be started without changes, and a comment for every attribute that has an effect.
public final class SampleFile {
  private static final String INDENT = "    ";

  /// An attribute that is set in the sample, with its value as JSON.
  private record Line(AppKey key, String spelling, String json) {}

  private static final List<Line> LINES =
      List.of(
          new Line(AppKey.NAME, "name", "\"app\""),
          new Line(AppKey.SCRIPT, "script", "\"./app.js\""),
          new Line(AppKey.ENV, "env", "{ \"NODE_ENV\": \"development\" }"),
          new Line(AppKey.ENV_NAME, "env_production", "{ \"NODE_ENV\": \"production\" }"));

  private final ProcessFormat format;
  private final boolean whole;
  private final StringBuilder text = new StringBuilder();

  private SampleFile(ProcessFormat format, boolean whole) {
    this.format = format;
    this.whole = whole;
  }

  /// Returns the sample in the format that the extension of `file` denotes; empty if it is not the
  /// extension of a process file.
  public static Optional<String> named(String file) {
    return ProcessFormat.named(file).map(format -> new SampleFile(format, true).make(file));
  }

  /// Returns the sample as [#named] does, but without the comments about attributes that it does
  /// not set.
  public static Optional<String> minimal(String file) {
    return ProcessFormat.named(file).map(format -> new SampleFile(format, false).make(file));
  }

  private String make(String file) {
    note("", "Start the apps with jpm start " + file + ".");
    note(
        "",
        whole
            ? "Every attribute is listed here, with its default in parentheses."
            : "Run jpm init to write a file with all attributes.");
    note("", "Check the file with jpm validate " + file + ".");
    begin(file.endsWith(".mjs"));
    if (whole) {
      groups();
    } else {
      LINES.forEach(this::active);
    }
    return end();
  }

  private void groups() {
    for (Group group : Group.values()) {
      List<AppKey> keys =
          Arrays.stream(AppKey.values())
              .filter(key -> key.group() == group && key.support() == Support.ACTS)
              .toList();
      if (!keys.isEmpty()) {
        text.append('\n');
        note(INDENT, group.title());
        keys.forEach(this::attribute);
      }
    }
  }

  private void begin(boolean module) {
    switch (format) {
      case YAML -> text.append("apps:\n  -\n");
      case JSON -> text.append("{\n  \"apps\": [{\n");
      case SCRIPT ->
          text.append(module ? "export default {\n" : "module.exports = {\n")
              .append("  apps: [{\n");
    }
  }

  private String end() {
    switch (format) {
      case YAML -> {}
      case JSON -> text.append("  }]\n}\n");
      case SCRIPT -> text.append("  }],\n};\n");
    }
    return text.toString();
  }

  private void attribute(AppKey key) {
    Optional<Line> line = LINES.stream().filter(known -> known.key() == key).findFirst();
    String doc = key.doc().substring(0, 1).toUpperCase(Locale.ROOT) + key.doc().substring(1);
    if (line.isPresent()) {
      note(INDENT, doc + ": " + key.type().form());
      active(line.get());
    } else {
      note(
          INDENT,
          "%s: %s (%s). %s".formatted(key.key(), key.type().form(), key.defaultText(), doc));
    }
  }

  private void active(Line line) {
    String key = format == ProcessFormat.JSON ? '"' + line.spelling() + '"' : line.spelling();
    String comma = format == ProcessFormat.YAML ? "" : ",";
    text.append(INDENT).append(key).append(": ").append(line.json()).append(comma).append('\n');
  }

  private void note(String indent, String words) {
    text.append(indent)
        .append(format == ProcessFormat.YAML ? "# " : "// ")
        .append(words)
        .append('\n');
  }
}
