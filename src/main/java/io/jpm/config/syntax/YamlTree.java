package io.jpm.config.syntax;

import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Sizes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;

/// Parses YAML 1.2 into a [ConfigNode] tree. Only a single document without custom tags is
/// accepted. YAML 1.1's merge key `<<` is supported, as in PM2's parser.
///
/// It processes the parser's events, so nesting and aliases are limited before they consume
/// resources. Only this class uses the YAML library, which is therefore loaded only when a YAML
/// file is read.
public final class YamlTree {
  /// The maximum number of values after alias expansion. No real configuration has more.
  public static final int MAX_VALUES = 200_000;

  /// The maximum number of characters after alias expansion.
  static final int MAX_CHARACTERS = 2 * TextFile.MAX_BYTES;

  private static final String MERGE = "<<";
  private static final int MOST_DIGITS = 100;
  private static final Set<String> OF_COLLECTIONS =
      Set.of(Tag.MAP.getValue(), Tag.SEQ.getValue(), "!");
  private static final ScalarResolver CORE = new CoreScalarResolver(false);

  private final Iterator<Event> events;
  private final List<ConfigNode.Member> repeated = new ArrayList<>();
  private final Map<Anchor, Anchored> anchors = new HashMap<>();
  private int depth;
  private int values;

  /// The number of characters in all keys and values so far.
  private long characters;

  /// A value with an anchor.
  ///
  /// @param values the number of values it contains
  /// @param characters the number of characters it contains
  private record Anchored(ConfigNode node, int values, long characters) {}

  /// Signals an error that aborts parsing.
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ParseResult.Broken broken;

    Refused(Event event, String what) {
      super(what, null, false, false);
      int column = event.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0);
      this.broken = new ParseResult.Broken(line(event), column, what);
    }
  }

  private YamlTree(Iterator<Event> events) {
    this.events = events;
  }

  /// Parses a text with one YAML document.
  public static ParseResult parse(String text) {
    LoadSettings settings =
        LoadSettings.builder().setCodePointLimit(TextFile.MAX_BYTES + 1).setUseMarks(true).build();
    try {
      return new YamlTree(new Parse(settings).parseString(text).iterator()).document();
    } catch (Refused refused) {
      return refused.broken;
    } catch (MarkedYamlEngineException e) {
      return YamlErrorExplainer.of(e);
    } catch (ReaderException e) {
      return YamlErrorExplainer.of(e, text);
    } catch (YamlEngineException e) {
      return new ParseResult.Broken(
          0, 0, YamlErrorExplainer.firstLine(String.valueOf(e.getMessage())));
    } catch (IllegalArgumentException noCharacter) {
      // The library does not check whether the text ends within an escape sequence.
      return new ParseResult.Broken(
          0, 0, "a \\x, \\u or \\U escape is not followed by hexadecimal digits");
    }
  }

  private ParseResult document() {
    events.next(); // the stream begins
    Event begin = events.next();
    if (begin.getEventId() == Event.ID.StreamEnd) {
      return new ParseResult.Broken(1, 1, "the file contains only comments");
    }
    ConfigNode root = node(events.next());
    events.next(); // the document ends
    Event after = events.next();
    if (after.getEventId() != Event.ID.StreamEnd) {
      throw new Refused(
          after, "a second document begins here: a file must contain only one document");
    }
    return new ParseResult.Read(root, repeated);
  }

  private ConfigNode node(Event event) {
    int before = values;
    long had = characters;
    ConfigNode configNode =
        switch (event) {
          case AliasEvent alias -> resolveAlias(alias);
          case ScalarEvent scalar -> scalar(scalar);
          case SequenceStartEvent begin -> nested(begin, () -> sequence(begin));
          case MappingStartEvent begin -> nested(begin, () -> mapping(begin));
          default -> throw new IllegalStateException("the parser gave " + event + " for a value");
        };
    values++;
    if (values > MAX_VALUES) {
      throw new Refused(
          event,
          "the file contains more than %,d values after alias expansion".formatted(MAX_VALUES));
    }
    if (event instanceof ScalarEvent scalar) {
      characters += scalar.getValue().length();
    }
    if (characters > MAX_CHARACTERS) {
      throw new Refused(
          event,
          "the file contains more than %s of text after alias expansion"
              .formatted(Sizes.format(MAX_CHARACTERS)));
    }
    if (event instanceof NodeEvent named && !(event instanceof AliasEvent)) {
      named
          .getAnchor()
          .ifPresent(name ->
              anchors.put(name, new Anchored(configNode, values - before, characters - had)));
    }
    return configNode;
  }

  private ConfigNode resolveAlias(AliasEvent alias) {
    Anchored anchored = anchors.get(alias.getAlias());
    if (anchored == null) {
      throw new Refused(
          alias,
          "alias *%s refers to an anchor that is not defined before it"
              .formatted(alias.getAlias()));
    }
    values += anchored.values();
    characters += anchored.characters();
    return anchored.node();
  }

  /// Creates a node from an event and the events after it.
  @FunctionalInterface
  private interface NodeFactory {
    ConfigNode make();
  }

  private ConfigNode nested(CollectionStartEvent begin, NodeFactory nodeFactory) {
    begin
        .getTag()
        .filter(tag -> !OF_COLLECTIONS.contains(tag))
        .ifPresent(tag -> refuseTag(begin, tag));
    if (++depth > JsonTree.MAX_DEPTH) {
      throw new Refused(begin, "values are nested deeper than " + JsonTree.MAX_DEPTH + " levels");
    }
    ConfigNode made = nodeFactory.make();
    depth--;
    return made;
  }

  private static void refuseTag(Event event, String tag) {
    throw new Refused(
        event,
        "tag %s is not supported: use plain text, numbers, lists and objects"
            .formatted(written(tag)));
  }

  private static String written(String tag) {
    return tag.startsWith(Tag.PREFIX) ? "!!" + tag.substring(Tag.PREFIX.length()) : tag;
  }

  private ConfigNode sequence(Event begin) {
    List<ConfigNode> items = new ArrayList<>();
    for (Event event = events.next();
        event.getEventId() != Event.ID.SequenceEnd;
        event = events.next()) {
      items.add(node(event));
    }
    return new ConfigNode.Arr(line(begin), items);
  }

  private ConfigNode mapping(Event begin) {
    List<ConfigNode.Member> members = new ArrayList<>();
    List<ConfigNode> merged = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (Event event = events.next();
        event.getEventId() != Event.ID.MappingEnd;
        event = events.next()) {
      String key = key(event);
      Event valueBegins = events.next();
      ConfigNode value = node(valueBegins);
      ConfigNode.Member member = new ConfigNode.Member(line(event), key, value);
      if (!keys.add(key)) {
        repeated.add(member);
      } else if (key.equals(MERGE) && event instanceof ScalarEvent plain && plain.isPlain()) {
        merged.addAll(objects(valueBegins, value));
      } else {
        members.add(member);
      }
    }
    return new ConfigNode.Obj(
        line(begin), merged.isEmpty() ? members : withMerged(members, merged));
  }

  private String key(Event event) {
    if (event instanceof ScalarEvent scalar) {
      node(scalar);
      return scalar.getValue();
    }
    if (event instanceof AliasEvent alias) {
      Optional<String> text = ConfigNode.scalarText(node(alias));
      if (text.isPresent()) {
        return text.get();
      }
    }
    throw new Refused(event, "a list or an object cannot be a key: use text");
  }

  /// Returns the objects to which `<<` refers: one object, or a list of objects in which earlier
  /// ones take precedence.
  private static List<ConfigNode> objects(Event place, ConfigNode value) {
    List<ConfigNode> all = value instanceof ConfigNode.Arr list ? list.items() : List.of(value);
    if (!all.stream().allMatch(ConfigNode.Obj.class::isInstance)) {
      throw new Refused(
          place, value.displayText() + " cannot be merged: << requires the alias of an object");
    }
    return all;
  }

  private static List<ConfigNode.Member> withMerged(
      List<ConfigNode.Member> own, List<ConfigNode> merged) {
    Map<String, ConfigNode.Member> all = new LinkedHashMap<>();
    own.forEach(member -> all.put(member.key(), member));
    for (ConfigNode configNode : merged) {
      if (configNode instanceof ConfigNode.Obj object) {
        object.members().forEach(member -> all.putIfAbsent(member.key(), member));
      }
    }
    return List.copyOf(all.values());
  }

  private static ConfigNode scalar(ScalarEvent event) {
    int line = line(event);
    String value = event.getValue();
    Tag resolved = event.isPlain() ? CORE.resolve(value, true) : Tag.STR;
    String tag = event.getTag().orElse(resolved.getValue());
    if (tag.equals(Tag.STR.getValue()) || tag.equals("!")) {
      return new ConfigNode.Text(line, value);
    }
    Tag untagged = event.getTag().isPresent() ? CORE.resolve(value, true) : resolved;
    boolean fits =
        untagged.getValue().equals(tag)
            || (tag.equals(Tag.FLOAT.getValue()) && untagged.equals(Tag.INT));
    if (!fits) {
      refuseTag(event, tag);
    }
    if (untagged.equals(Tag.NULL)) {
      return new ConfigNode.Nil(line);
    }
    return untagged.equals(Tag.BOOL)
        ? new ConfigNode.Bool(line, value.equalsIgnoreCase("true"))
        : ConfigNode.Num.canonical(line, number(event, value));
  }

  /// Converts a YAML number to JSON notation.
  private static String number(Event event, String written) {
    String digits = written.startsWith("+") ? written.substring(1) : written;
    if (digits.length() > MOST_DIGITS) {
      if (digits.startsWith("0x") || digits.startsWith("0o")) {
        throw new Refused(event, "a number has more than " + MOST_DIGITS + " characters");
      }
      return digits;
    }
    if (digits.startsWith("0x")) {
      return new BigInteger(digits.substring(2), 16).toString();
    }
    if (digits.startsWith("0o")) {
      return new BigInteger(digits.substring(2), 8).toString();
    }
    return switch (digits) {
      case ".inf", ".Inf", ".INF" -> "Infinity";
      case "-.inf", "-.Inf", "-.INF" -> "-Infinity";
      case ".nan", ".NaN", ".NAN" -> "NaN";
      default -> digits;
    };
  }

  private static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
