package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.NearestName;
import io.jpm.config.values.Sizes;
import io.jpm.model.LogFiles;
import io.jpm.model.Triggers;
import io.jpm.spec.AppKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads the triggers that restart a running app: schedule, file changes and memory usage.
final class TriggerRules {
  private static final String LOG_ENDING = ".log";
  private static final String PID_ENDING = ".pid";
  private static final Pattern NUMBER = Pattern.compile("-[0-9]+$");

  private final AttributeReader attributeReader;
  private final ReadContext context;
  private final String label;

  /// @param label the name of the app in warnings
  TriggerRules(AttributeReader attributeReader, ReadContext context, String label) {
    this.attributeReader = attributeReader;
    this.context = context;
    this.label = label;
  }

  /// Reads the triggers and records all problems.
  ///
  /// @param cwd the directory against which paths are resolved, and which `watch: true` selects
  /// @param logs the log files of the app, whose changes must not restart it
  /// @param pidFile the pid file of the app, whose changes must not restart it
  Triggers read(Path cwd, LogFiles logs, Optional<Path> pidFile) {
    List<Path> own =
        Stream.of(logs.out(), logs.error(), logs.combined(), pidFile)
            .flatMap(Optional::stream)
            .toList();
    return new Triggers(schedule(), watch(cwd, own), maxMemory());
  }

  private OptionalLong maxMemory() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.MAX_MEMORY_RESTART);
    if (node.isEmpty()) {
      return OptionalLong.empty();
    }
    OptionalLong bytes = AttributeReader.whole(node.get());
    if (bytes.isEmpty() && node.get() instanceof ConfigNode.Text text) {
      bytes = Sizes.parse(text.value());
    }
    if (bytes.isEmpty() || bytes.getAsLong() < 0) {
      attributeReader.refuse(
          AppKey.MAX_MEMORY_RESTART,
          node.get().displayText()
              + " is not a size: use bytes, or a whole number with K, M or G, such as \"300M\"");
    }
    return bytes.orElse(0) > 0 ? bytes : OptionalLong.empty();
  }

  private Optional<Triggers.Schedule> schedule() {
    ZoneId zone = zone();
    Optional<ConfigNode> node = attributeReader.node(AppKey.CRON_RESTART);
    boolean off = node.isPresent() && AttributeReader.whole(node.get()).orElse(1) == 0;
    if (node.isEmpty() || off) {
      if (attributeReader.node(AppKey.TIME_ZONE).isPresent()) {
        attributeReader.warn(
            label,
            "%s has no effect without %s"
                .formatted(
                    attributeReader.displayName(AppKey.TIME_ZONE),
                    attributeReader.displayName(AppKey.CRON_RESTART)));
      }
      return Optional.empty();
    }
    Optional<String> expression = attributeReader.text(AppKey.CRON_RESTART).map(String::strip);
    Optional<String> problem = expression.flatMap(context.defaults().cron()::problem);
    problem.ifPresent(what -> attributeReader.refuse(AppKey.CRON_RESTART, what));
    return expression.map(text -> new Triggers.Schedule(text, zone));
  }

  private ZoneId zone() {
    Optional<String> name = attributeReader.text(AppKey.TIME_ZONE);
    if (name.isEmpty()) {
      return ZoneId.systemDefault();
    }
    try {
      return ZoneId.of(name.get().strip());
    } catch (DateTimeException _) {
      String meant =
          NearestName.to(name.get(), ZoneId.getAvailableZoneIds())
              .map(near -> "did you mean \"" + near + "\"?")
              .orElse("use a name such as Europe/Berlin, or an offset such as +02:00");
      attributeReader.refuse(
          AppKey.TIME_ZONE,
          new ConfigNode.Text(0, name.get()).displayText() + " is not a time zone: " + meant);
      return ZoneId.systemDefault();
    }
  }

  private Optional<Triggers.Watch> watch(Path cwd, List<Path> own) {
    List<String> ignored = attributeReader.words(AppKey.IGNORE_WATCH);
    Duration delay = attributeReader.duration(AppKey.WATCH_DELAY, Duration.ZERO);
    Optional<ConfigNode> node = attributeReader.node(AppKey.WATCH);
    List<Path> paths = node.map(written -> watched(written, cwd)).orElse(List.of());
    if (paths.isEmpty()) {
      return Optional.empty();
    }
    Set<String> patterns =
        new LinkedHashSet<>(
            attributeReader.node(AppKey.IGNORE_WATCH).isPresent()
                ? ignored
                : Triggers.Watch.USUALLY_IGNORED);
    own.forEach(file -> paths.forEach(path -> patterns.addAll(ofFile(file, path))));
    return Optional.of(new Triggers.Watch(paths, List.copyOf(patterns), delay));
  }

  /// Returns the watched paths in each form that PM2 accepts. `true` or an empty list means the
  /// working directory.
  private List<Path> watched(ConfigNode configNode, Path cwd) {
    boolean flagInText =
        configNode instanceof ConfigNode.Text text
            && (text.value().equals("true") || text.value().equals("false"));
    if (configNode instanceof ConfigNode.Bool || flagInText) {
      return attributeReader.flag(AppKey.WATCH, false) ? List.of(cwd) : List.of();
    }
    if (!(configNode instanceof ConfigNode.Text) && !(configNode instanceof ConfigNode.Arr)) {
      attributeReader.refuse(
          AppKey.WATCH,
          configNode.displayText() + " is not valid: use true, false, a path or a list of paths");
      return List.of();
    }
    List<String> words = attributeReader.words(AppKey.WATCH);
    if (words.isEmpty()) {
      return List.of(cwd);
    }
    Set<Path> paths = new LinkedHashSet<>();
    for (String word : words) {
      Optional<Path> path = context.callerContext().absolute(word, cwd);
      if (path.isEmpty() || word.isBlank()) {
        attributeReader.refuse(
            AppKey.WATCH, new ConfigNode.Text(0, word).displayText() + " is not a valid path");
      } else {
        paths.add(path.get());
        warnOfAbsent(path.get());
      }
    }
    return List.copyOf(paths);
  }

  private void warnOfAbsent(Path path) {
    if (!Files.exists(path)) {
      attributeReader.warn(
          label,
          "%s: %s does not exist, and is watched as soon as it is created"
              .formatted(attributeReader.displayName(AppKey.WATCH), path));
    }
  }

  /// Returns ignore patterns for a log or pid file below a watched directory. The patterns also
  /// match the files of other instances, which have a number before the extension, and rotated
  /// files, which have a date there and may be compressed.
  private static List<String> ofFile(Path file, Path watched) {
    if (!file.startsWith(watched) || file.equals(watched)) {
      return List.of();
    }
    String name = "/" + watched.relativize(file);
    String ending = Stream.of(LOG_ENDING, PID_ENDING).filter(name::endsWith).findFirst().orElse("");
    String stem = name.substring(0, name.length() - ending.length());
    String bare = ending.isEmpty() ? stem : NUMBER.matcher(stem).replaceFirst("");
    List<String> patterns = new ArrayList<>(List.of(literally(name)));
    patterns.add(literally(bare) + "-[0-9]*" + ending);
    if (!ending.equals(PID_ENDING)) {
      patterns.add(literally(bare) + "-[0-9]*" + ending + ".gz");
      patterns.add(literally(stem) + "__*" + ending);
      patterns.add(literally(stem) + "__*" + ending + ".gz");
    }
    return patterns;
  }

  private static String literally(String path) {
    return path.replaceAll("[\\\\*?\\[\\]]", "\\\\$0");
  }
}
