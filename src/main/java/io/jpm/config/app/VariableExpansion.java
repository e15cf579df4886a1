package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Node;
import io.jpm.config.values.ShellWords;
import io.jpm.spec.AppKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Expands the variable references in the texts of an app: `${PORT}`, `${PORT:-8080}`. A text that
/// is split into words is split first, so that a value never becomes more than one word.
final class VariableExpansion {
  private static final List<AppKey> WITH_VARIABLES =
      List.of(
          AppKey.SCRIPT,
          AppKey.ARGS,
          AppKey.INTERPRETER_ARGS,
          AppKey.OUT_FILE,
          AppKey.ERROR_FILE,
          AppKey.LOG_FILE,
          AppKey.PID_FILE);

  private static final List<AppKey> OF_WORDS = List.of(AppKey.ARGS, AppKey.INTERPRETER_ARGS);

  private static final List<AppKey> ONE_FOR_ALL =
      List.of(AppKey.SCRIPT, AppKey.OUT_FILE, AppKey.ERROR_FILE, AppKey.LOG_FILE, AppKey.PID_FILE);

  private final AttributeReader attributeReader;
  private final KnownVariables known;
  private final List<AttributeReader.Entry> oneForAll = new ArrayList<>();
  private final Optional<AttributeReader.Entry> cwd;
  private final Map<AppKey, List<String>> ofInstances = new EnumMap<>(AppKey.class);

  VariableExpansion(AttributeReader attributeReader, KnownVariables known) {
    this.attributeReader = attributeReader;
    this.known = known;
    this.cwd = attributeReader.entry(AppKey.CWD);
  }

  /// Expands the working directory, which other values depend on.
  void putIntoCwd() {
    cwd.ifPresent(this::put);
  }

  /// Expands all other texts, and records the mistakes in the working directory too.
  void putIntoAll() {
    cwd.ifPresent(entry -> expanded(entry, entry.value(), ""));
    OF_WORDS.forEach(key -> attributeReader.entry(key).ifPresent(this::noteDiffering));
    cwd.ifPresent(oneForAll::add);
    ONE_FOR_ALL.forEach(key -> attributeReader.entry(key).ifPresent(oneForAll::add));
    WITH_VARIABLES.forEach(key -> attributeReader.entry(key).ifPresent(this::put));
  }

  /// Returns the attributes that must be the same for all instances, but reference a variable that
  /// is not.
  List<AttributeReader.Entry> wronglyDiffering() {
    return oneForAll.stream()
        .filter(entry ->
            entry.value() instanceof Node.Text text && known.partly(text.value()).differs())
        .toList();
  }

  /// Returns the words of `key`, expanded as far as they are the same for all instances; empty if
  /// none differs between instances.
  List<String> ofInstances(AppKey key) {
    return ofInstances.getOrDefault(key, List.of());
  }

  private void noteDiffering(AttributeReader.Entry entry) {
    Node node = words(entry);
    List<Node> items = node instanceof Node.Arr list ? list.items() : List.of(node);
    List<KnownVariables.Part> parts =
        items.stream().map(item -> Node.scalarText(item).orElse("")).map(known::partly).toList();
    if (parts.stream().anyMatch(KnownVariables.Part::differs)) {
      ofInstances.put(entry.key(), parts.stream().map(KnownVariables.Part::text).toList());
    }
  }

  private void put(AttributeReader.Entry entry) {
    attributeReader.replace(entry, expanded(entry, words(entry), ""));
  }

  private Node expanded(AttributeReader.Entry entry, Node node, String tail) {
    return switch (node) {
      case Node.Text text ->
          new Node.Text(
              text.line(),
              known.expanded(new KnownVariables.Place(entry, text, tail), text.value()));
      case Node.Arr list -> {
        List<Node> items = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
          items.add(expanded(entry, list.items().get(i), tail + "[" + i + "]"));
        }
        yield new Node.Arr(list.line(), items);
      }
      case Node.Num _, Node.Bool _, Node.Nil _, Node.Obj _ -> node;
    };
  }

  private static Node words(AttributeReader.Entry entry) {
    if (OF_WORDS.contains(entry.key())
        && entry.value() instanceof Node.Text text
        && text.value().contains("${")) {
      ShellWords split = ShellWords.of(text.value());
      if (split.closed()) {
        return new Node.Arr(
            text.line(),
            split.words().stream().<Node>map(word -> new Node.Text(text.line(), word)).toList());
      }
    }
    return entry.value();
  }
}
