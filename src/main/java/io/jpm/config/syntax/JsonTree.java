package io.jpm.config.syntax;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.jpm.config.values.ConfigNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Parses JSON text to a [ConfigNode] tree.
///
/// JSON5 is accepted (comments, trailing commas, single quotes, unquoted keys, hexadecimal
/// numbers), because PM2 evaluates its `.json` files as JavaScript and such files exist. JavaScript
/// itself (`process.env.X`) is a problem.
public final class JsonTree {
  /// The maximum nesting. No configuration is nested deeper.
  static final int MAX_DEPTH = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_TRAILING_DECIMAL_POINT_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final JsonParser parser;
  private final boolean lines;
  private final List<ConfigNode.Member> repeated = new ArrayList<>();
  private int depth;

  private JsonTree(JsonParser parser, boolean lines) {
    this.parser = parser;
    this.lines = lines;
  }

  /// Parses JSON or JSON5 text, with the lines of its values.
  public static ParseResult parse(String text) {
    return parse(Json5Text.forJackson(text), true);
  }

  /// Parses JSON that a program has generated, so that line numbers would be useless.
  public static ParseResult parseWithoutLines(String json) {
    return parse(json, false);
  }

  private static ParseResult parse(String text, boolean lines) {
    try (JsonParser parser = JSON.createParser(text)) {
      return new JsonTree(parser, lines).document();
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      String what = JsonErrorExplainer.of(e.getOriginalMessage());
      return place == null
          ? new ParseResult.Broken(1, 1, what)
          : new ParseResult.Broken(
              Math.max(1, place.getLineNr()), Math.max(1, place.getColumnNr()), what);
    } catch (IOException e) {
      throw new IllegalStateException("reading text in memory failed", e);
    }
  }

  private ParseResult document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return new ParseResult.Broken(1, 1, "the file contains only comments");
    }
    Optional<ConfigNode> root = node(first);
    if (root.isEmpty()) {
      return broken("nested deeper than " + MAX_DEPTH + " levels");
    }
    if (parser.nextToken() != null) {
      return broken("unexpected text after the end of the value");
    }
    return new ParseResult.Read(root.get(), repeated);
  }

  private ParseResult broken(String what) {
    JsonLocation place = parser.currentTokenLocation();
    return new ParseResult.Broken(lines ? place.getLineNr() : 0, place.getColumnNr(), what);
  }

  /// Returns the value that begins with `token`; empty if it is nested too deeply.
  private Optional<ConfigNode> node(JsonToken token) throws IOException {
    int line = line();
    return switch (token) {
      case START_OBJECT -> ++depth > MAX_DEPTH ? Optional.empty() : object(line);
      case START_ARRAY -> ++depth > MAX_DEPTH ? Optional.empty() : array(line);
      case VALUE_STRING -> Optional.of(new ConfigNode.Text(line, parser.getText()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          Optional.of(ConfigNode.Num.canonical(line, parser.getText()));
      case VALUE_TRUE -> Optional.of(new ConfigNode.Bool(line, true));
      case VALUE_FALSE -> Optional.of(new ConfigNode.Bool(line, false));
      case VALUE_NULL -> Optional.of(new ConfigNode.Nil(line));
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("Jackson gave " + token + " for a value");
    };
  }

  private Optional<ConfigNode> object(int line) throws IOException {
    List<ConfigNode.Member> members = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.getText();
      int keyLine = line();
      Optional<ConfigNode> value = node(parser.nextToken());
      if (value.isEmpty()) {
        return Optional.empty();
      }
      ConfigNode.Member member = new ConfigNode.Member(keyLine, key, value.get());
      (keys.add(key) ? members : repeated).add(member);
    }
    depth--;
    return Optional.of(new ConfigNode.Obj(line, members));
  }

  private Optional<ConfigNode> array(int line) throws IOException {
    List<ConfigNode> items = new ArrayList<>();
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
      Optional<ConfigNode> item = node(t);
      if (item.isEmpty()) {
        return Optional.empty();
      }
      items.add(item.get());
    }
    depth--;
    return Optional.of(new ConfigNode.Arr(line, items));
  }

  private int line() {
    return lines ? parser.currentTokenLocation().getLineNr() : 0;
  }
}
