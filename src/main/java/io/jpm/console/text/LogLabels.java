package io.jpm.console.text;

import io.jpm.bus.god.InstanceView;
import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Maps log files to apps and streams, and formats the label that `jpm logs` prints before a line.
///
/// Immutable: callers create a new object when instances are added or removed.
public final class LogLabels {
  /// An empty mapping.
  public static final LogLabels NONE = new LogLabels(Map.of());

  private static final Path NOWHERE = Path.of("/dev/null");

  private final Map<Path, Source> sources;
  private final int width;

  /// The source of a log file.
  ///
  /// @param id the id of the instance; empty if several instances share the file, or if it is the
  ///   daemon's log
  /// @param runAs the user that the app runs as
  private record Source(String name, Optional<Integer> id, Stream stream, RunAs runAs) {
    String label() {
      return id.map(number -> number + "|" + name).orElse(name);
    }
  }

  private enum Stream {
    OUT(Paint.GREEN),
    ERROR(Paint.RED),
    DAEMON(Paint.BLUE);

    private final Paint paint;

    Stream(Paint paint) {
      this.paint = paint;
    }
  }

  /// The output streams whose logs to include.
  public enum Streams {
    BOTH,
    OUT,
    ERROR
  }

  private LogLabels(Map<Path, Source> sources) {
    this.sources = sources;
    this.width =
        sources.values().stream().mapToInt(source -> TextWidth.of(source.label())).max().orElse(0);
  }

  /// Returns the labels for the log files of `instances`, in the order of `instances`. Omits
  /// `/dev/null`.
  public static LogLabels of(List<InstanceView> instances, Streams streams) {
    Map<Path, List<InstanceView>> outs = new LinkedHashMap<>();
    Map<Path, List<InstanceView>> errors = new LinkedHashMap<>();
    Map<Path, Source> sources = new LinkedHashMap<>();
    for (InstanceView instance : instances) {
      outs.computeIfAbsent(instance.outFile(), _ -> new ArrayList<>()).add(instance);
      errors.computeIfAbsent(instance.errorFile(), _ -> new ArrayList<>()).add(instance);
    }
    for (InstanceView instance : instances) {
      if (streams != Streams.OUT) {
        Path file = instance.errorFile();
        Stream stream = outs.containsKey(file) ? Stream.OUT : Stream.ERROR;
        sources.putIfAbsent(file, source(errors.getOrDefault(file, List.of()), stream));
      }
      if (streams != Streams.ERROR) {
        Path file = instance.outFile();
        sources.putIfAbsent(file, source(outs.getOrDefault(file, List.of()), Stream.OUT));
      }
    }
    sources.remove(NOWHERE);
    return new LogLabels(sources);
  }

  /// Returns a copy that includes the daemon's own log.
  public LogLabels withDaemon(Path log) {
    Map<Path, Source> all = new LinkedHashMap<>(sources);
    all.put(log, new Source("jpm", Optional.empty(), Stream.DAEMON, RunAs.DAEMON));
    return new LogLabels(all);
  }

  /// Returns the union with `newer`, whose labels take precedence. Labels of deleted apps are kept,
  /// because their last lines may still have to be printed.
  public LogLabels merge(LogLabels newer) {
    Map<Path, Source> all = new LinkedHashMap<>(sources);
    all.putAll(newer.sources);
    return new LogLabels(all);
  }

  /// Returns the source of the log file that `owners` write. Its label is `0|web`, or only the name
  /// if several instances share the file.
  private static Source source(List<InstanceView> owners, Stream stream) {
    InstanceView first = owners.getFirst();
    return new Source(
        first.spec().name().toString(),
        owners.size() == 1 ? Optional.of(first.id().value()) : Optional.empty(),
        stream,
        first.spec().runAs());
  }

  /// Returns the users that apps run as, keyed by log file. Apps without a configured user are
  /// omitted.
  public Map<Path, RunAs> users() {
    Map<Path, RunAs> users = new LinkedHashMap<>();
    sources.forEach((log, source) -> {
      if (source.runAs.user().isPresent()) {
        users.put(log, source.runAs);
      }
    });
    return users;
  }

  /// Returns the log files.
  public Set<Path> files() {
    return sources.keySet();
  }

  /// Reports whether `file` contains only standard error.
  public boolean isError(Path file) {
    return source(file).stream() == Stream.ERROR;
  }

  /// Returns the name of the app that `file` belongs to.
  public String app(Path file) {
    return source(file).name();
  }

  /// Returns the id of the instance that `file` belongs to; empty if several instances share it.
  public Optional<Integer> id(Path file) {
    return source(file).id();
  }

  /// Returns the prefix for lines of `file`, such as `0|web | `, padded to a common width and in
  /// the color of its stream.
  public String prefix(Path file, boolean colors) {
    Source source = source(file);
    String label = source.label();
    String padded = label + " ".repeat(Math.max(0, width - TextWidth.of(label))) + " | ";
    return source.stream().paint.on(padded, colors);
  }

  private Source source(Path file) {
    Source known = sources.get(file);
    return known == null ? new Source("", Optional.empty(), Stream.OUT, RunAs.DAEMON) : known;
  }
}
