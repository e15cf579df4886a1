package io.jpm.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Bounds of a JSON text that somebody else sent. A short text can become a large tree: 4 MB of
/// `[]` take more than 60 MB. The text is therefore judged token by token, and nothing is built of
/// it.
///
/// The parser skips strings and keeps no names, so judging takes a few kilobytes, whatever the text
/// is. Texts are judged when they are complete; their length is bounded by who gathers them.
///
/// @param depth how many objects and arrays may be inside each other, 1 or more
/// @param values how many values there may be, 1 or more: objects, arrays, strings, numbers,
///   `true`, `false` and `null`, the outermost one too
/// @param nameLength how long the name of a member may be, in UTF-16 characters, 1 to 10,000
public record JsonBounds(int depth, int values, int nameLength) {
  /// For the owner, whose process files may be large.
  public static final JsonBounds OWNER = new JsonBounds(200, 500_000, 4096);

  /// For holders of issued tokens.
  public static final JsonBounds ISSUED = new JsonBounds(64, 25_000, 256);

  private static final int LONGEST_NAME = 10_000;

  /// The bounds proper are held token by token, these within a token: a name is gathered in full
  /// before it can be judged, and a string is not gathered at all. Jackson's table of names is
  /// shared by all parsers and would keep what anybody sends.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNameLength(LONGEST_NAME)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /// Told of each token, to refuse what is JSON but not what was expected.
  @FunctionalInterface
  public interface Shape {
    /// What is wrong with the token that the parser is at, in one clause; null: nothing.
    ///
    /// @param parser at the token; not to be moved
    /// @param depth how many objects and arrays the token is in; for the outermost value 0
    @Nullable String problem(JsonParser parser, int depth) throws IOException;
  }

  /// @throws IllegalArgumentException when a bound is out of its range
  public JsonBounds {
    if (depth < 1 || values < 1 || nameLength < 1) {
      throw new IllegalArgumentException("bounds of JSON: use 1 or more");
    }
    if (nameLength > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "bounds of JSON: nameLength " + nameLength + " — use at most " + LONGEST_NAME);
    }
  }

  /// What is wrong with a text, in one clause such as `has more than 25000 values`; empty: it is
  /// one JSON value within the bounds.
  public Optional<String> problem(byte[] json) {
    return problem(new ByteArrayInputStream(json), (_, _) -> null);
  }

  /// The same of a text that is read from memory, with a look at each token.
  ///
  /// @param json the text as UTF-8, until its end; no read of it may fail
  /// @param shape told of each token that is within the bounds
  public Optional<String> problem(InputStream json, Shape shape) {
    // Left to itself the parser would take a text for UTF-16 that others read as UTF-8.
    var text = new InputStreamReader(json, StandardCharsets.UTF_8);
    try (JsonParser parser = FACTORY.createParser(text)) {
      return Optional.ofNullable(judge(parser, shape));
    } catch (StreamConstraintsException tooMuch) {
      return Optional.of(tooMuch(tooMuch));
    } catch (JsonParseException notJson) {
      return Optional.of("is not JSON at character " + notJson.getLocation().getCharOffset());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // the text is in memory
    }
  }

  private @Nullable String judge(JsonParser parser, Shape shape) throws IOException {
    int level = 0;
    int seen = 0;
    while (true) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return seen == 0 ? "is empty" : null;
      }
      if (token.isStructEnd()) {
        level--;
        continue;
      }
      String problem = bounded(parser, token, level, seen);
      if (problem == null) {
        problem = shape.problem(parser, level);
      }
      if (problem != null) {
        return problem;
      }
      seen += token == JsonToken.FIELD_NAME ? 0 : 1;
      level += token.isStructStart() ? 1 : 0;
    }
  }

  private @Nullable String bounded(JsonParser parser, JsonToken token, int level, int seen)
      throws IOException {
    if (token == JsonToken.FIELD_NAME) {
      return parser.currentName().length() > nameLength ? longName() : null;
    }
    if (seen > 0 && level == 0) {
      return "is more than one JSON value";
    }
    if (seen >= values) {
      return "has more than " + values + " values";
    }
    return token.isStructStart() && level >= depth
        ? "is nested more than " + depth + " levels deep"
        : null;
  }

  private String longName() {
    return "has a name of more than " + nameLength + " characters";
  }

  /// Numbers are the only other thing that the parser gathers.
  private String tooMuch(StreamConstraintsException tooMuch) {
    String message = String.valueOf(tooMuch.getMessage());
    return message.startsWith("Name") ? longName() : "has a number of more than 1000 digits";
  }
}
