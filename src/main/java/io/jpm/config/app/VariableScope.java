package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.PerInstanceTexts;
import io.jpm.model.text.Expansion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Resolves the variables that the texts of one app may reference: its own, then those that it
/// inherits. Owned by the reading of that app.
final class VariableScope {
  /// Upper bound on nested references. Deeper nesting is a mistake, and would need a deep stack.
  private static final int DEEPEST = 50;

  private static final String PWD = "PWD";

  private final AttributeReader attributeReader;
  private final Map<String, Declaration> written;
  private final Map<String, String> inherited;
  private final Set<String> removed;
  private final Map<String, String> done = new HashMap<>();
  private final Map<String, PartialText> parts = new HashMap<>();
  private final List<String> open = new ArrayList<>();
  private Map<String, String> atStart = Map.of();
  private Optional<String> cwd = Optional.empty();
  private boolean telling;

  /// The variables with a different value in each instance.
  private Set<String> own = Set.of();

  /// The location of a text.
  ///
  /// @param entry the attribute
  /// @param part the value, or the part of it that is the text
  /// @param tail leads from the attribute to the part
  record TextLocation(AttributeReader.Entry entry, ConfigNode part, String tail) {}

  /// A variable of the app as written.
  record Declaration(String name, TextLocation location) {}

  /// @param written the app's own variables, by name
  /// @param removed inherited variables that the app removes
  VariableScope(
      AttributeReader attributeReader,
      Map<String, Declaration> written,
      Map<String, String> inherited,
      Set<String> removed) {
    this.attributeReader = attributeReader;
    this.written = written;
    this.inherited = inherited;
    this.removed = removed;
  }

  /// Sets the values that must be known before mistakes can be detected. From now on mistakes are
  /// recorded.
  ///
  /// @param workingDirectory the value of PWD
  /// @param later the variables that are read at each start, with their sources by name
  void enableReporting(String workingDirectory, Map<String, String> later) {
    this.cwd = Optional.of(workingDirectory);
    this.atStart = later;
    this.telling = true;
    done.clear();
  }

  /// Expands the variable references in the text of `place`.
  String expand(TextLocation textLocation, String text) {
    Optional<String> all = Expansion.expand(text, name -> value(textLocation, name));
    if (all.isEmpty()) {
      refuse(textLocation, "expands to more than " + Expansion.LONGEST + " characters");
    }
    return all.orElse("");
  }

  /// Sets the variables with a different value in each instance.
  void setPerInstanceNames(Set<String> names) {
    this.own = names;
    parts.clear();
  }

  /// A text that is expanded in part.
  ///
  /// @param text with all references expanded except those to variables with a different value in
  ///   each instance
  /// @param isPerInstance whether it contains such a reference, directly or through another
  ///   variable
  record PartialText(String text, boolean isPerInstance) {}

  /// Expands `text` as far as it is the same for all instances.
  PartialText expandPartially(String text) {
    boolean[] differs = new boolean[1];
    Optional<String> all =
        Expansion.expandPartially(
            text,
            name -> {
              Optional<PartialText> part = part(name);
              differs[0] |= part.filter(PartialText::isPerInstance).isPresent();
              return part.map(PartialText::text);
            });
    return new PartialText(all.orElse(""), differs[0]);
  }

  /// Returns the values of the app's own variables that differ between instances, as in
  /// [PartialText].
  Map<String, String> perInstanceValues() {
    Map<String, String> found = new HashMap<>();
    for (Declaration variable : written.values()) {
      PartialText value = partOf(variable);
      if (value.isPerInstance() && !own.contains(variable.name())) {
        found.put(variable.name(), value.text());
      }
    }
    return found;
  }

  private Optional<PartialText> part(String name) {
    Declaration variable = open.contains(name) ? null : written.get(name);
    if (own.contains(name) && (variable != null || !name.equals(PerInstanceTexts.PORT))) {
      return Optional.of(new PartialText("${" + name + "}", true));
    }
    if (name.equals(PWD) && cwd.isPresent()) {
      return cwd.map(VariableScope::whole);
    }
    if (variable != null) {
      return Optional.of(partOf(variable));
    }
    return removed.contains(name)
        ? Optional.empty()
        : Optional.ofNullable(inherited.get(name)).map(VariableScope::whole);
  }

  private static PartialText whole(String text) {
    return new PartialText(Expansion.escape(text), false);
  }

  /// Expands a variable in part. References that are nested too deeply or in a circle have already
  /// been reported.
  private PartialText partOf(Declaration variable) {
    PartialText before = parts.get(variable.name());
    if (before != null || open.size() >= DEEPEST) {
      return before != null ? before : whole("");
    }
    open.add(variable.name());
    ConfigNode configNode = variable.location().part();
    PartialText partialText =
        expandPartially(ConfigNode.scalarText(configNode).orElseGet(configNode::json));
    open.removeLast();
    parts.put(variable.name(), partialText);
    return partialText;
  }

  /// Returns the value of one of the app's own variables.
  String valueOf(Declaration variable) {
    String before = done.get(variable.name());
    if (before != null) {
      return before;
    }
    open.add(variable.name());
    ConfigNode value = expand(variable.location(), variable.location().part());
    open.removeLast();
    String text = ConfigNode.scalarText(value).orElseGet(value::json);
    done.put(variable.name(), text);
    return text;
  }

  private ConfigNode expand(TextLocation textLocation, ConfigNode configNode) {
    return switch (configNode) {
      case ConfigNode.Text text ->
          new ConfigNode.Text(text.line(), expand(textLocation, text.value()));
      case ConfigNode.Arr list ->
          new ConfigNode.Arr(
              list.line(), list.items().stream().map(item -> expand(textLocation, item)).toList());
      case ConfigNode.Obj object ->
          new ConfigNode.Obj(
              object.line(),
              object.members().stream()
                  .map(member ->
                      new ConfigNode.Member(
                          member.line(), member.key(), expand(textLocation, member.value())))
                  .toList());
      case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _ -> configNode;
    };
  }

  private Optional<String> value(TextLocation textLocation, String name) {
    if (name.equals(PWD) && cwd.isPresent()) {
      return cwd;
    }
    Declaration own = written.get(name);
    boolean itself = !open.isEmpty() && open.getLast().equals(name);
    if (own == null || itself) {
      return ofOthers(textLocation, name);
    }
    if (open.contains(name) || open.size() >= DEEPEST) {
      List<String> circle = open.subList(Math.max(0, open.indexOf(name)), open.size());
      refuse(
          textLocation,
          open.contains(name)
              ? "%s → %s: these variables refer to each other in a circle"
                  .formatted(String.join(" → ", circle), name)
              : "refers to variables that refer to others, more than " + DEEPEST + " levels deep");
      return Optional.of("");
    }
    return Optional.of(valueOf(own));
  }

  /// Returns the inherited value. It also serves a variable that references itself:
  /// `/opt/bin:${PATH}`.
  private Optional<String> ofOthers(TextLocation textLocation, String name) {
    if (removed.contains(name)) {
      return Optional.empty();
    }
    String later = atStart.get(name);
    if (later != null) {
      refuse(
          textLocation,
          "uses ${%s} of %s, which is read at each start and not stored: only the app itself can use it"
              .formatted(name, later));
      return Optional.of("");
    }
    return Optional.ofNullable(inherited.get(name));
  }

  private void refuse(TextLocation textLocation, String what) {
    if (telling) {
      attributeReader.refusePart(
          textLocation.entry(), textLocation.part(), textLocation.tail(), what);
    }
  }
}
