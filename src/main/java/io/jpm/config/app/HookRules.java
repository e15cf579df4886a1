package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.NearestName;
import io.jpm.model.Hooks;
import io.jpm.model.Hooks.Action;
import io.jpm.model.Hooks.HookEvent;
import io.jpm.spec.AppKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads `on`: the commands and webhooks that run on events of an app.
final class HookRules {
  private static final AppKey KEY = AppKey.ON;
  private static final String EXEC = "exec";
  private static final String WEBHOOK = "webhook";
  private static final String FORM =
      "use a command ([\"/usr/local/bin/page\", \"web\"]), {\"webhook\": \"https://…\"}, or a list"
          + " of these";
  private static final List<String> OCCASIONS =
      Arrays.stream(HookEvent.values()).map(HookEvent::keyword).toList();

  private final AttributeReader attributeReader;

  HookRules(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  Hooks read() {
    Optional<ConfigNode> node = attributeReader.node(KEY);
    if (node.isEmpty()) {
      return Hooks.NONE;
    }
    if (!(node.get() instanceof ConfigNode.Obj object)) {
      attributeReader.refuse(
          KEY,
          "%s is not an object that maps events to commands: use, for example, {\"crash\": [\"/usr/local/bin/page\"]}; the events are %s"
              .formatted(node.get().displayText(), String.join(", ", OCCASIONS)));
      return Hooks.NONE;
    }
    Map<HookEvent, List<Action>> actions = new EnumMap<>(HookEvent.class);
    for (ConfigNode.Member member : object.members()) {
      Optional<HookEvent> occasion = HookEvent.ofKeyword(member.key());
      if (occasion.isEmpty()) {
        attributeReader.refusePart(KEY, member.value(), "", unknownOccasion(member.key()));
      } else if (!(member.value() instanceof ConfigNode.Nil)) {
        List<Action> read = actions("." + member.key(), member.value());
        if (!read.isEmpty()) {
          actions.put(occasion.get(), read);
        }
      }
    }
    return new Hooks(actions);
  }

  private static String unknownOccasion(String key) {
    String shown = new ConfigNode.Text(0, key).displayText();
    return NearestName.to(key, OCCASIONS)
        .map(near -> "unknown event " + shown + ": did you mean \"" + near + "\"?")
        .orElse("unknown event " + shown + ": use " + String.join(", ", OCCASIONS));
  }

  /// Reads the actions of one event. A list that contains only texts is a single command; any other
  /// list is a list of actions.
  private List<Action> actions(String tail, ConfigNode configNode) {
    if (!(configNode instanceof ConfigNode.Arr list)
        || list.items().stream().noneMatch(HookRules::isActionItself)) {
      return action(tail, configNode).stream().toList();
    }
    List<Action> actions = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      action(tail + "[" + i + "]", list.items().get(i)).ifPresent(actions::add);
    }
    return actions;
  }

  private static boolean isActionItself(ConfigNode item) {
    return item instanceof ConfigNode.Arr || item instanceof ConfigNode.Obj;
  }

  private Optional<Action> action(String tail, ConfigNode configNode) {
    return switch (configNode) {
      case ConfigNode.Obj object -> named(tail, object);
      case ConfigNode.Text _, ConfigNode.Arr _ -> command(tail, configNode);
      case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _ -> {
        attributeReader.refusePart(
            KEY,
            configNode,
            tail,
            configNode.displayText() + " is not a command or webhook: " + FORM);
        yield Optional.empty();
      }
    };
  }

  private Optional<Action> command(String tail, ConfigNode configNode) {
    List<String> words = attributeReader.words(KEY, tail, configNode);
    if (words.isEmpty() || words.getFirst().isBlank()) {
      attributeReader.refusePart(
          KEY, configNode, tail, configNode.displayText() + " does not name a program: " + FORM);
      return Optional.empty();
    }
    return Optional.of(new Hooks.Exec(words));
  }

  private Optional<Action> named(String tail, ConfigNode.Obj object) {
    if (object.members().size() != 1) {
      attributeReader.refusePart(
          KEY,
          object,
          tail,
          "this object must have exactly one key, \"webhook\" or \"exec\": " + FORM);
      return Optional.empty();
    }
    ConfigNode.Member member = object.members().getFirst();
    String at = tail + "." + member.key();
    return switch (member.key()) {
      case EXEC -> command(at, member.value());
      case WEBHOOK -> webhook(at, member.value());
      default -> {
        attributeReader.refusePart(
            KEY,
            member.value(),
            tail,
            AttributeReader.unknown(member.key(), List.of(WEBHOOK, EXEC)));
        yield Optional.empty();
      }
    };
  }

  private Optional<Action> webhook(String tail, ConfigNode configNode) {
    Optional<URI> url =
        configNode instanceof ConfigNode.Text text ? url(text.value()) : Optional.<URI>empty();
    if (url.isEmpty()) {
      attributeReader.refusePart(
          KEY,
          configNode,
          tail,
          configNode.displayText() + " is not a URL: use http:// or https:// with a host");
      return Optional.empty();
    }
    if (url.get().getRawUserInfo() != null) {
      attributeReader.refusePart(
          KEY,
          configNode,
          tail,
          "must not contain a user or password: put a token in the path or query instead");
      return Optional.empty();
    }
    return url.map(Hooks.Webhook::new);
  }

  private static Optional<URI> url(String text) {
    try {
      URI url = new URI(text.strip());
      boolean web =
          "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
      return web && url.getHost() != null && url.getPort() <= 65_535
          ? Optional.of(url)
          : Optional.empty();
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }
}
