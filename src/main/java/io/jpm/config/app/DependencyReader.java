package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.AppName;
import io.jpm.model.StartCondition;
import io.jpm.spec.AppKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads `depends_on`: the apps that start before an app, and the condition that each must meet.
final class DependencyReader {
  private static final String FORMS =
      " is not an app: use a name, a list of names, or {\"db\": \"ready\"}";

  private final AttributeReader attributeReader;
  private final Map<AppName, StartCondition> read = new LinkedHashMap<>();

  DependencyReader(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  /// Returns the dependencies, by app name as written. Must be called at most once.
  Map<AppName, StartCondition> read() {
    attributeReader.node(AppKey.DEPENDS_ON).ifPresent(this::add);
    return Map.copyOf(read);
  }

  private void add(ConfigNode configNode) {
    switch (configNode) {
      case ConfigNode.Text name -> add(name, "", name.value(), StartCondition.STARTED);
      case ConfigNode.Arr list -> {
        for (int i = 0; i < list.items().size(); i++) {
          addListed(list.items().get(i), "[" + i + "]");
        }
      }
      case ConfigNode.Obj object -> object.members().forEach(this::add);
      case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _ ->
          attributeReader.refuse(AppKey.DEPENDS_ON, configNode.displayText() + FORMS);
    }
  }

  private void addListed(ConfigNode item, String tail) {
    if (item instanceof ConfigNode.Text name) {
      add(name, tail, name.value(), StartCondition.STARTED);
    } else {
      attributeReader.refusePart(AppKey.DEPENDS_ON, item, tail, item.displayText() + FORMS);
    }
  }

  private void add(ConfigNode.Member member) {
    String tail = "." + member.key();
    List<StartCondition> known = Arrays.asList(StartCondition.values());
    Optional<StartCondition> startCondition =
        ConfigNode.scalarText(member.value())
            .flatMap(word -> known.stream().filter(c -> c.word().equals(word)).findFirst());
    if (startCondition.isEmpty()) {
      attributeReader.refusePart(
          AppKey.DEPENDS_ON,
          member.value(),
          tail,
          member.value().displayText()
              + " is not a condition: use \"started\", \"ready\" or \"completed\"");
    }
    add(member.value(), tail, member.key(), startCondition.orElse(StartCondition.STARTED));
  }

  private void add(ConfigNode configNode, String tail, String name, StartCondition startCondition) {
    try {
      read.put(new AppName(name), startCondition);
    } catch (IllegalArgumentException e) {
      attributeReader.refusePart(
          AppKey.DEPENDS_ON, configNode, tail, String.valueOf(e.getMessage()));
    }
  }
}
