package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.text.TimePattern;
import io.jpm.spec.AppKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads the log files of an app, the format of their lines, and the pid file.
final class LogRules {
  private static final Set<String> NO_FILE = Set.of("NULL", "/dev/null");
  private static final Path DEV_NULL = Path.of("/dev/null");
  private static final Path DEV = Path.of("/dev");
  private static final Path USUAL = Path.of("");
  private static final List<String> LINE_TYPES = List.of("raw", "json");
  private static final int LONGEST_PATTERN = 200;

  private final AttributeReader attributeReader;
  private final ReadContext context;
  private final String label;
  private final Path base;

  /// @param label the name of the app in warnings
  /// @param cwd the app's working directory
  LogRules(AttributeReader attributeReader, ReadContext context, String label, Path cwd) {
    this.attributeReader = attributeReader;
    this.context = context;
    this.label = label;
    // On a command line, relative paths refer to the app's directory, as in PM2. In a file, they
    // refer to the file's directory.
    this.base = context.fileDirectory().orElse(cwd);
  }

  LogFiles read() {
    Optional<Path> out = file(AppKey.OUT_FILE);
    Optional<Path> error = file(AppKey.ERROR_FILE);
    Optional<Path> combined = combined();
    boolean terminal = attributeReader.flag(AppKey.PTY, false);
    if (terminal && error.isPresent()) {
      attributeReader.warn(
          label,
          "%s has no effect with %s: a terminal combines both output streams"
              .formatted(
                  attributeReader.displayName(AppKey.ERROR_FILE),
                  attributeReader.displayName(AppKey.PTY)));
    }
    return new LogFiles(
        out,
        error,
        combined,
        attributeReader.flag(AppKey.MERGE_LOGS, false),
        attributeReader.flag(AppKey.DISABLE_LOGS, false),
        lineFormat(),
        new LogLimitRules(attributeReader).read(),
        terminal,
        Stream.of(out, error, combined)
            .flatMap(Optional::stream)
            .filter(LogRules::isSpecial)
            .collect(Collectors.toSet()));
  }

  Optional<Path> pidFile() {
    Optional<Path> file =
        attributeReader.text(AppKey.PID_FILE).flatMap(text -> path(AppKey.PID_FILE, text));
    if (file.filter(path -> path.startsWith(DEV) || isSpecial(path)).isPresent()) {
      attributeReader.refuse(
          AppKey.PID_FILE,
          file.get()
              + " cannot be a pid file, because jpm would delete it when the app exits: use a regular file");
    }
    return file;
  }

  /// Reports whether the file exists and is neither a regular file nor a directory. Files below
  /// `/dev` are recognized by their path instead.
  private static boolean isSpecial(Path file) {
    return !file.equals(USUAL)
        && !file.startsWith(DEV)
        && Files.exists(file)
        && !Files.isRegularFile(file)
        && !Files.isDirectory(file);
  }

  private Optional<Path> file(AppKey key) {
    return attributeReader
        .text(key)
        .flatMap(text -> NO_FILE.contains(text) ? Optional.of(DEV_NULL) : path(key, text));
  }

  private Optional<Path> path(AppKey key, String text) {
    Optional<Path> path = context.callerContext().absolute(text, base);
    if (path.isEmpty()) {
      attributeReader.refuse(key, "is not a valid path");
    } else if (Files.isDirectory(path.get())) {
      attributeReader.refuse(key, path.get() + " is a directory: name a file in it");
    }
    return path;
  }

  private Optional<Path> combined() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.LOG_FILE);
    boolean flag =
        node.isPresent()
            && (node.get() instanceof ConfigNode.Bool
                || ConfigNode.scalarText(node.get())
                    .filter(word -> word.equals("true") || word.equals("false"))
                    .isPresent());
    if (flag) {
      return attributeReader.flag(AppKey.LOG_FILE, false) ? Optional.of(USUAL) : Optional.empty();
    }
    return file(AppKey.LOG_FILE);
  }

  private LineFormat lineFormat() {
    Optional<TimePattern> pattern = pattern();
    String type = attributeReader.text(AppKey.LOG_TYPE).orElse("raw");
    if (!LINE_TYPES.contains(type)) {
      attributeReader.refuse(
          AppKey.LOG_TYPE, new ConfigNode.Text(0, type).displayText() + " is neither raw nor json");
    }
    if (type.equals("json")) {
      return new LineFormat.Json(pattern);
    }
    return pattern.<LineFormat>map(LineFormat.Dated::new).orElse(LineFormat.RAW);
  }

  private Optional<TimePattern> pattern() {
    boolean time = attributeReader.flag(AppKey.TIME, false);
    boolean empty =
        attributeReader
            .node(AppKey.LOG_DATE_FORMAT)
            .filter(
                configNode -> configNode instanceof ConfigNode.Text text && text.value().isEmpty())
            .isPresent();
    Optional<String> text = empty ? Optional.empty() : attributeReader.text(AppKey.LOG_DATE_FORMAT);
    if (text.filter(written -> written.length() > LONGEST_PATTERN).isPresent()) {
      attributeReader.refuse(
          AppKey.LOG_DATE_FORMAT, "is longer than " + LONGEST_PATTERN + " characters");
      return Optional.empty();
    }
    if (text.filter(written -> written.chars().anyMatch(Character::isISOControl)).isPresent()) {
      attributeReader.refuse(AppKey.LOG_DATE_FORMAT, "contains a control character");
      return Optional.empty();
    }
    return text.map(TimePattern::new)
        .or(() -> time ? Optional.of(TimePattern.TIME) : Optional.empty());
  }
}
