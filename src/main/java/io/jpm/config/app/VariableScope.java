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

/// Resolves the variables to which the texts of one app refer: first its own variables, then the
/// inherited ones. Used for a single app.
final class VariableScope {
  /// The maximum depth of nested references. Deeper nesting is a mistake, and could overflow the
  /// stack.
  private static final int MAX_DEPTH = 50;

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
  private boolean reporting;

  /// The variables whose values differ between instances.
  private Set<String> perInstanceNames = Set.of();

  /// The location of a text in the attributes of an app.
  ///
  /// @param entry the attribute
  /// @param part the attribute's value, or the part of the value that is the text
  /// @param tail the path from the attribute to the part
  record TextLocation(AttributeReader.Entry entry, ConfigNode part, String tail) {}

  /// A variable as written in the attributes of the app.
  record Declaration(String name, TextLocation location) {}

  /// @param written the app's own variables by name
  /// @param removed the inherited variables that the app removes
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

  /// Enables the reporting of mistakes, which requires the following values. Before this call,
  /// mistakes are not recorded.
  ///
  /// @param workingDirectory the value of PWD
  /// @param later the variables whose values are read only when the app starts, with the names of
  ///   their sources
  void enableReporting(String workingDirectory, Map<String, String> later) {
    this.cwd = Optional.of(workingDirectory);
    this.atStart = later;
    this.reporting = true;
    done.clear();
  }

  /// Expands the variable references in the text at `textLocation`.
  String expand(TextLocation textLocation, String text) {
    Optional<String> all = Expansion.expand(text, name -> value(textLocation, name));
    if (all.isEmpty()) {
      refuse(textLocation, "expands to more than " + Expansion.LONGEST + " characters");
    }
    return all.orElse("");
  }

  /// Sets the variables whose values differ between instances.
  void setPerInstanceNames(Set<String> names) {
    this.perInstanceNames = names;
    parts.clear();
  }

  /// A partially expanded text.
  ///
  /// @param text the text with all references expanded, except references to variables whose values
  ///   differ between instances
  /// @param isPerInstance whether it contains such a reference, directly or through another
  ///   variable
  record PartialText(String text, boolean isPerInstance) {}

  /// Expands the references in `text` whose values are the same in all instances.
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

  /// Returns the app's own variables whose values differ between instances. The values are
  /// partially expanded, see [PartialText].
  Map<String, String> perInstanceValues() {
    Map<String, String> found = new HashMap<>();
    for (Declaration variable : written.values()) {
      PartialText value = partOf(variable);
      if (value.isPerInstance() && !perInstanceNames.contains(variable.name())) {
        found.put(variable.name(), value.text());
      }
    }
    return found;
  }

  private Optional<PartialText> part(String name) {
    Declaration variable = open.contains(name) ? null : written.get(name);
    if (perInstanceNames.contains(name)
        && (variable != null || !name.equals(PerInstanceTexts.PORT))) {
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

  /// Partially expands a variable. References that are nested too deeply or in a cycle have already
  /// been reported.
  private PartialText partOf(Declaration variable) {
    PartialText before = parts.get(variable.name());
    if (before != null || open.size() >= MAX_DEPTH) {
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
      return inheritedValue(textLocation, name);
    }
    if (open.contains(name) || open.size() >= MAX_DEPTH) {
      List<String> circle = open.subList(Math.max(0, open.indexOf(name)), open.size());
      refuse(
          textLocation,
          open.contains(name)
              ? "the variable references form a cycle (%s → %s): remove one of them"
                  .formatted(String.join(" → ", circle), name)
              : "contains references that are nested more than " + MAX_DEPTH + " levels deep");
      return Optional.of("");
    }
    return Optional.of(valueOf(own));
  }

  /// Returns the inherited value. It is also used for a variable that references itself:
  /// `/opt/bin:${PATH}`.
  private Optional<String> inheritedValue(TextLocation textLocation, String name) {
    if (removed.contains(name)) {
      return Optional.empty();
    }
    String later = atStart.get(name);
    if (later != null) {
      refuse(
          textLocation,
          "refers to ${%s} from %s, which is read only when the app starts: use the variable in the app itself"
              .formatted(name, later));
      return Optional.of("");
    }
    return Optional.ofNullable(inherited.get(name));
  }

  private void refuse(TextLocation textLocation, String what) {
    if (reporting) {
      attributeReader.refusePart(
          textLocation.entry(), textLocation.part(), textLocation.tail(), what);
    }
  }
}
