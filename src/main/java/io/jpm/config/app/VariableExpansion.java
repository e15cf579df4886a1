package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.ShellWords;
import io.jpm.spec.AppKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Expands the variable references in the texts of an app: `${PORT}`, `${PORT:-8080}`. If a text is
/// split into words, it is split first, so a value never becomes more than one word.
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

  private static final List<AppKey> WORD_LIST_KEYS = List.of(AppKey.ARGS, AppKey.INTERPRETER_ARGS);

  private static final List<AppKey> SHARED_KEYS =
      List.of(AppKey.SCRIPT, AppKey.OUT_FILE, AppKey.ERROR_FILE, AppKey.LOG_FILE, AppKey.PID_FILE);

  private final AttributeReader attributeReader;
  private final VariableScope known;
  private final List<AttributeReader.Entry> oneForAll = new ArrayList<>();
  private final Optional<AttributeReader.Entry> cwd;
  private final Map<AppKey, List<String>> ofInstances = new EnumMap<>(AppKey.class);

  VariableExpansion(AttributeReader attributeReader, VariableScope known) {
    this.attributeReader = attributeReader;
    this.known = known;
    this.cwd = attributeReader.entry(AppKey.CWD);
  }

  /// Expands the working directory. Must be called first, because other values depend on it.
  void expandCwd() {
    cwd.ifPresent(this::expandInPlace);
  }

  /// Expands all other texts and records mistakes, including those in the working directory.
  void expandAll() {
    cwd.ifPresent(entry -> expanded(entry, entry.value(), ""));
    WORD_LIST_KEYS.forEach(
        key -> attributeReader.entry(key).ifPresent(this::recordPerInstanceWords));
    cwd.ifPresent(oneForAll::add);
    SHARED_KEYS.forEach(key -> attributeReader.entry(key).ifPresent(oneForAll::add));
    WITH_VARIABLES.forEach(key -> attributeReader.entry(key).ifPresent(this::expandInPlace));
  }

  /// Returns the attributes that must be the same for all instances, but refer to a variable whose
  /// value differs between instances.
  List<AttributeReader.Entry> invalidPerInstanceEntries() {
    return oneForAll.stream()
        .filter(entry ->
            entry.value() instanceof ConfigNode.Text text
                && known.expandPartially(text.value()).isPerInstance())
        .toList();
  }

  /// Returns the words of `key`, partially expanded: references whose values differ between
  /// instances are kept. Empty if all words are the same for all instances.
  List<String> perInstanceWords(AppKey key) {
    return ofInstances.getOrDefault(key, List.of());
  }

  private void recordPerInstanceWords(AttributeReader.Entry entry) {
    ConfigNode configNode = words(entry);
    List<ConfigNode> items =
        configNode instanceof ConfigNode.Arr list ? list.items() : List.of(configNode);
    List<VariableScope.PartialText> parts =
        items.stream()
            .map(item -> ConfigNode.scalarText(item).orElse(""))
            .map(known::expandPartially)
            .toList();
    if (parts.stream().anyMatch(VariableScope.PartialText::isPerInstance)) {
      ofInstances.put(entry.key(), parts.stream().map(VariableScope.PartialText::text).toList());
    }
  }

  private void expandInPlace(AttributeReader.Entry entry) {
    attributeReader.replace(entry, expanded(entry, words(entry), ""));
  }

  private ConfigNode expanded(AttributeReader.Entry entry, ConfigNode configNode, String tail) {
    return switch (configNode) {
      case ConfigNode.Text text ->
          new ConfigNode.Text(
              text.line(),
              known.expand(new VariableScope.TextLocation(entry, text, tail), text.value()));
      case ConfigNode.Arr list -> {
        List<ConfigNode> items = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
          items.add(expanded(entry, list.items().get(i), tail + "[" + i + "]"));
        }
        yield new ConfigNode.Arr(list.line(), items);
      }
      case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _, ConfigNode.Obj _ -> configNode;
    };
  }

  private static ConfigNode words(AttributeReader.Entry entry) {
    if (WORD_LIST_KEYS.contains(entry.key())
        && entry.value() instanceof ConfigNode.Text text
        && text.value().contains("${")) {
      ShellWords split = ShellWords.of(text.value());
      if (split.closed()) {
        return new ConfigNode.Arr(
            text.line(),
            split.words().stream()
                .<ConfigNode>map(word -> new ConfigNode.Text(text.line(), word))
                .toList());
      }
    }
    return entry.value();
  }
}
