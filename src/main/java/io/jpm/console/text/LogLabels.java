package io.jpm.console.text;

import io.jpm.bus.InstanceView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which log file belongs to whom, and how `jpm logs` prints a line of it.
///
/// Immutable; when instances come or go there is a new one.
public final class LogLabels {
  private static final Path NOWHERE = Path.of("/dev/null");

  private final Map<Path, Source> sources;
  private final int width;

  private record Source(String label, boolean error) {}

  /// Which of an instance's two streams are wanted.
  public enum Streams {
    BOTH,
    OUT,
    ERROR
  }

  private LogLabels(Map<Path, Source> sources) {
    this.sources = sources;
    this.width =
        sources.values().stream().mapToInt(source -> Columns.of(source.label)).max().orElse(0);
  }

  /// The files of some instances, in their order; `/dev/null` is nobody's.
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
        sources.putIfAbsent(
            file, source(errors.getOrDefault(file, List.of()), !outs.containsKey(file)));
      }
      if (streams != Streams.ERROR) {
        Path file = instance.outFile();
        sources.putIfAbsent(file, source(outs.getOrDefault(file, List.of()), false));
      }
    }
    sources.remove(NOWHERE);
    return new LogLabels(sources);
  }

  /// These and `newer` ones, which win; a deleted app's last lines keep their label.
  public LogLabels and(LogLabels newer) {
    Map<Path, Source> all = new LinkedHashMap<>(sources);
    all.putAll(newer.sources);
    return new LogLabels(all);
  }

  /// `0|web`; a file that several instances share bears the name alone.
  private static Source source(List<InstanceView> owners, boolean error) {
    InstanceView first = owners.getFirst();
    String name = first.spec().name().toString();
    return new Source(owners.size() == 1 ? first.id() + "|" + name : name, error);
  }

  /// The files.
  public Set<Path> files() {
    return sources.keySet();
  }

  /// Whether `file` takes standard error.
  public boolean isError(Path file) {
    Source source = sources.get(file);
    return source != null && source.error;
  }

  /// `0|web | ` before a line of `file`, as wide as all others, in the colour of its stream.
  public String prefix(Path file, boolean colors) {
    Source source = sources.get(file);
    String label = source == null ? "" : source.label;
    String padded = label + " ".repeat(Math.max(0, width - Columns.of(label))) + " | ";
    return (isError(file) ? Paint.RED : Paint.GREEN).on(padded, colors);
  }
}
