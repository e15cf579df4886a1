package io.jpm.config;

import io.jpm.model.AppName;
import io.jpm.model.Condition;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads which apps come before an app, and how far they must have come.
final class Dependencies {
  private static final String FORMS =
      " is no app: use a name, a list of names, or {\"db\": \"ready\"}";

  private final Attributes attributes;
  private final Map<AppName, Condition> read = new LinkedHashMap<>();

  Dependencies(Attributes attributes) {
    this.attributes = attributes;
  }

  /// The apps under the names that stand there. Called once.
  Map<AppName, Condition> read() {
    attributes.node(AppKey.DEPENDS_ON).ifPresent(this::add);
    return Map.copyOf(read);
  }

  private void add(Node node) {
    switch (node) {
      case Node.Text name -> add(name, "", name.value(), Condition.STARTED);
      case Node.Arr list -> {
        for (int i = 0; i < list.items().size(); i++) {
          addListed(list.items().get(i), "[" + i + "]");
        }
      }
      case Node.Obj object -> object.members().forEach(this::add);
      case Node.Num _, Node.Bool _, Node.Nil _ ->
          attributes.refuse(AppKey.DEPENDS_ON, node.shown() + FORMS);
    }
  }

  private void addListed(Node item, String tail) {
    if (item instanceof Node.Text name) {
      add(name, tail, name.value(), Condition.STARTED);
    } else {
      attributes.refusePart(AppKey.DEPENDS_ON, item, tail, item.shown() + FORMS);
    }
  }

  private void add(Node.Member member) {
    String tail = "." + member.key();
    List<Condition> known = Arrays.asList(Condition.values());
    Optional<Condition> condition =
        Node.scalarText(member.value())
            .flatMap(word -> known.stream().filter(c -> c.word().equals(word)).findFirst());
    if (condition.isEmpty()) {
      attributes.refusePart(
          AppKey.DEPENDS_ON,
          member.value(),
          tail,
          member.value().shown() + " is no condition: use \"started\", \"ready\" or \"completed\"");
    }
    add(member.value(), tail, member.key(), condition.orElse(Condition.STARTED));
  }

  private void add(Node place, String tail, String name, Condition condition) {
    try {
      read.put(new AppName(name), condition);
    } catch (IllegalArgumentException e) {
      attributes.refusePart(AppKey.DEPENDS_ON, place, tail, String.valueOf(e.getMessage()));
    }
  }
}
