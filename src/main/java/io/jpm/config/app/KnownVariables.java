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

/// The variables that the texts of one app may name: its own, then those that it inherits. Owned by
/// the reading of that app.
final class KnownVariables {
  /// Variables that name each other further than this are a mistake, and a deep stack.
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

  /// Variables that each instance has a value of its own for.
  private Set<String> own = Set.of();

  /// Where a text stands.
  ///
  /// @param entry the attribute
  /// @param part the value, or the part of it that is the text
  /// @param tail leads from the attribute to the part
  record Place(AttributeReader.Entry entry, Node part, String tail) {}

  /// A variable of the app as written.
  record Written(String name, Place place) {}

  /// @param written the app's own, by name
  /// @param removed those that are not inherited after all
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

  /// From now on mistakes are noted, and it is known what comes at each start only.
  ///
  /// @param workingDirectory what PWD is
  /// @param later by name, from where they come
  void complete(String workingDirectory, Map<String, String> later) {
    this.cwd = Optional.of(workingDirectory);
    this.atStart = later;
    this.telling = true;
    done.clear();
  }

  /// The text of `place`, its variables replaced.
  String expanded(Place place, String text) {
    Optional<String> all = Expansion.of(text, name -> value(place, name));
    if (all.isEmpty()) {
      refuse(place, "becomes longer than " + Expansion.LONGEST + " characters");
    }
    return all.orElse("");
  }

  /// From now on it is known which variables each instance has a value of its own for.
  void differ(Set<String> names) {
    this.own = names;
    parts.clear();
  }

  /// A text of which not all is known yet.
  ///
  /// @param text with all variables replaced but those that each instance has a value of its own
  ///   for
  /// @param differs whether it names one of these, directly or by another variable
  record Part(String text, boolean differs) {}

  /// What is known of `text` before it is known which instance it is for.
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

  /// The values of the app's own variables that are another one for each instance, as in [Part].
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

  /// Names that lead too far or in a circle have been refused already.
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

  /// The value of one of the app's own variables.
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
              ? "%s → %s: none of them can be known first"
                  .formatted(String.join(" → ", circle), name)
              : "names variables that name others, further than " + DEEPEST + " times");
      return Optional.of("");
    }
    return Optional.of(valueOf(own));
  }

  /// A variable that names itself means the inherited one: `/opt/bin:${PATH}`.
  private Optional<String> ofOthers(Place place, String name) {
    if (removed.contains(name)) {
      return Optional.empty();
    }
    String later = atStart.get(name);
    if (later != null) {
      refuse(
          place,
          "uses ${%s}, which %s gives: that is read at each start and not kept, so only the app itself can use it"
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
