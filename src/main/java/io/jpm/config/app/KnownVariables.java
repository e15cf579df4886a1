package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Node;
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
final class KnownVariables {
  /// Upper bound on nested references. Deeper nesting is a mistake, and would need a deep stack.
  private static final int DEEPEST = 50;

  private static final String PWD = "PWD";

  private final AttributeReader attributeReader;
  private final Map<String, Written> written;
  private final Map<String, String> inherited;
  private final Set<String> removed;
  private final Map<String, String> done = new HashMap<>();
  private final Map<String, Part> parts = new HashMap<>();
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
  record Place(AttributeReader.Entry entry, Node part, String tail) {}

  /// A variable of the app as written.
  record Written(String name, Place place) {}

  /// @param written the app's own variables, by name
  /// @param removed inherited variables that the app removes
  KnownVariables(
      AttributeReader attributeReader,
      Map<String, Written> written,
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
  void complete(String workingDirectory, Map<String, String> later) {
    this.cwd = Optional.of(workingDirectory);
    this.atStart = later;
    this.telling = true;
    done.clear();
  }

  /// Expands the variable references in the text of `place`.
  String expanded(Place place, String text) {
    Optional<String> all = Expansion.of(text, name -> value(place, name));
    if (all.isEmpty()) {
      refuse(place, "expands to more than " + Expansion.LONGEST + " characters");
    }
    return all.orElse("");
  }

  /// Sets the variables with a different value in each instance.
  void differ(Set<String> names) {
    this.own = names;
    parts.clear();
  }

  /// A text that is expanded in part.
  ///
  /// @param text with all references expanded except those to variables with a different value in
  ///   each instance
  /// @param differs whether it contains such a reference, directly or through another variable
  record Part(String text, boolean differs) {}

  /// Expands `text` as far as it is the same for all instances.
  Part partly(String text) {
    boolean[] differs = new boolean[1];
    Optional<String> all =
        Expansion.partly(
            text,
            name -> {
              Optional<Part> part = part(name);
              differs[0] |= part.filter(Part::differs).isPresent();
              return part.map(Part::text);
            });
    return new Part(all.orElse(""), differs[0]);
  }

  /// Returns the values of the app's own variables that differ between instances, as in [Part].
  Map<String, String> differing() {
    Map<String, String> found = new HashMap<>();
    for (Written variable : written.values()) {
      Part value = partOf(variable);
      if (value.differs() && !own.contains(variable.name())) {
        found.put(variable.name(), value.text());
      }
    }
    return found;
  }

  private Optional<Part> part(String name) {
    Written variable = open.contains(name) ? null : written.get(name);
    if (own.contains(name) && (variable != null || !name.equals(PerInstanceTexts.PORT))) {
      return Optional.of(new Part("${" + name + "}", true));
    }
    if (name.equals(PWD) && cwd.isPresent()) {
      return cwd.map(KnownVariables::whole);
    }
    if (variable != null) {
      return Optional.of(partOf(variable));
    }
    return removed.contains(name)
        ? Optional.empty()
        : Optional.ofNullable(inherited.get(name)).map(KnownVariables::whole);
  }

  private static Part whole(String text) {
    return new Part(Expansion.literal(text), false);
  }

  /// Expands a variable in part. References that are nested too deeply or in a circle have already
  /// been reported.
  private Part partOf(Written variable) {
    Part before = parts.get(variable.name());
    if (before != null || open.size() >= DEEPEST) {
      return before != null ? before : whole("");
    }
    open.add(variable.name());
    Node node = variable.place().part();
    Part part = partly(Node.scalarText(node).orElseGet(node::json));
    open.removeLast();
    parts.put(variable.name(), part);
    return part;
  }

  /// Returns the value of one of the app's own variables.
  String valueOf(Written variable) {
    String before = done.get(variable.name());
    if (before != null) {
      return before;
    }
    open.add(variable.name());
    Node value = expanded(variable.place(), variable.place().part());
    open.removeLast();
    String text = Node.scalarText(value).orElseGet(value::json);
    done.put(variable.name(), text);
    return text;
  }

  private Node expanded(Place place, Node node) {
    return switch (node) {
      case Node.Text text -> new Node.Text(text.line(), expanded(place, text.value()));
      case Node.Arr list ->
          new Node.Arr(
              list.line(), list.items().stream().map(item -> expanded(place, item)).toList());
      case Node.Obj object ->
          new Node.Obj(
              object.line(),
              object.members().stream()
                  .map(member ->
                      new Node.Member(member.line(), member.key(), expanded(place, member.value())))
                  .toList());
      case Node.Num _, Node.Bool _, Node.Nil _ -> node;
    };
  }

  private Optional<String> value(Place place, String name) {
    if (name.equals(PWD) && cwd.isPresent()) {
      return cwd;
    }
    Written own = written.get(name);
    boolean itself = !open.isEmpty() && open.getLast().equals(name);
    if (own == null || itself) {
      return ofOthers(place, name);
    }
    if (open.contains(name) || open.size() >= DEEPEST) {
      List<String> circle = open.subList(Math.max(0, open.indexOf(name)), open.size());
      refuse(
          place,
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
  private Optional<String> ofOthers(Place place, String name) {
    if (removed.contains(name)) {
      return Optional.empty();
    }
    String later = atStart.get(name);
    if (later != null) {
      refuse(
          place,
          "uses ${%s} of %s, which is read at each start and not stored: only the app itself can use it"
              .formatted(name, later));
      return Optional.of("");
    }
    return Optional.ofNullable(inherited.get(name));
  }

  private void refuse(Place place, String what) {
    if (telling) {
      attributeReader.refusePart(place.entry(), place.part(), place.tail(), what);
    }
  }
}
