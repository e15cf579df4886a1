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

/// Limits on JSON text from an untrusted sender. A short text can become a large tree: 4 MB of `[]`
/// use more than 60 MB of memory. The text is therefore checked token by token, without building a
/// tree.
///
/// The parser skips strings and does not retain names, so a check needs only a few kilobytes of
/// memory for any text. Only complete texts are checked; their length is limited by the reader of
/// the connection.
///
/// @param depth the maximum nesting depth of objects and arrays, at least 1
/// @param values the maximum number of values, at least 1: objects, arrays, strings, numbers,
///   `true`, `false` and `null`, including the outermost value
/// @param nameLength the maximum length of a member name, in UTF-16 code units, 1 to 10,000
public record JsonBounds(int depth, int values, int nameLength) {
  /// The limits for the owner, whose process files can be large.
  public static final JsonBounds OWNER = new JsonBounds(200, 500_000, 4096);

  /// The limits for holders of issued tokens.
  public static final JsonBounds ISSUED = new JsonBounds(64, 25_000, 256);

  private static final int LONGEST_NAME = 10_000;

  /// The factory for all parsers. It uses Jackson's own limits on the length of names and numbers,
  /// because Jackson reads a token completely before this class can check it. Canonical names are
  /// disabled, because the parsers would share one table that retains the names of every sender.
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

  /// Checks each token, to reject JSON that is valid but does not have the expected structure.
  @FunctionalInterface
  public interface TokenValidator {
    /// Returns why the current token is invalid, as a clause; null if it is valid.
    ///
    /// @param parser positioned at the token; must not be advanced
    /// @param depth the number of objects and arrays around the token; 0 for the outermost value
    @Nullable String problem(JsonParser parser, int depth) throws IOException;
  }

  /// Validates the limits.
  ///
  /// @throws IllegalArgumentException if a limit is out of range
  public JsonBounds {
    if (depth < 1 || values < 1 || nameLength < 1) {
      throw new IllegalArgumentException("JSON bounds must be at least 1");
    }
    if (nameLength > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "JSON bounds: nameLength "
              + nameLength
              + " is too large: must be at most "
              + LONGEST_NAME);
    }
  }

  /// Returns why a text is rejected, as a clause such as `has more than 25000 values`; empty if the
  /// text is a single JSON value within the limits.
  public Optional<String> problem(byte[] json) {
    return problem(new ByteArrayInputStream(json), (_, _) -> null);
  }

  /// Checks a text against the limits, and each token with `tokenValidator`.
  ///
  /// @param json the text in UTF-8, which is read to the end; must be in memory, because reads must
  ///   not fail
  /// @param tokenValidator checks each token that is within the limits
  public Optional<String> problem(InputStream json, TokenValidator tokenValidator) {
    // The encoding is fixed here because the parser would detect it: it could read a text as UTF-16
    // that other readers treat as UTF-8.
    var text = new InputStreamReader(json, StandardCharsets.UTF_8);
    try (JsonParser parser = FACTORY.createParser(text)) {
      return Optional.ofNullable(judge(parser, tokenValidator));
    } catch (StreamConstraintsException tooMuch) {
      return Optional.of(tooMuch(tooMuch));
    } catch (JsonParseException notJson) {
      return Optional.of(
          "contains a JSON syntax error at character " + notJson.getLocation().getCharOffset());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // the text is in memory
    }
  }

  private @Nullable String judge(JsonParser parser, TokenValidator tokenValidator)
      throws IOException {
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
        problem = tokenValidator.problem(parser, level);
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
      return "contains more than one JSON value";
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

  /// Returns the problem that corresponds to a violation of Jackson's limits. Names and numbers are
  /// the only tokens that the parser buffers, so anything that is not a name is a number.
  private String tooMuch(StreamConstraintsException tooMuch) {
    String message = String.valueOf(tooMuch.getMessage());
    return message.startsWith("Name") ? longName() : "has a number of more than 1000 digits";
  }
}
