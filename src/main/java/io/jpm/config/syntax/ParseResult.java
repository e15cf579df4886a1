package io.jpm.config.syntax;

import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.SourceLocation;
import java.util.List;

/// The result of parsing a text.
public sealed interface ParseResult {
  /// The text is valid.
  ///
  /// @param repeated the members whose key occurred earlier in the same object
  record Read(ConfigNode root, List<ConfigNode.Member> repeated) implements ParseResult {
    public Read {
      repeated = List.copyOf(repeated);
    }
  }

  /// The text is invalid.
  ///
  /// @param line the line of the error, from 1; 0: the error has no line
  /// @param column the column of the error, from 1; 0: unknown
  /// @param what one sentence in plain words, shortened if it quotes a long text
  record Broken(int line, int column, String what) implements ParseResult {
    private static final int LONGEST = 300;

    public Broken {
      if (what.length() > LONGEST) {
        what = what.substring(0, LONGEST) + "…";
      }
    }

    /// Returns the location of the error in `file`, for a problem.
    public String where(String file) {
      return SourceLocation.location(file, line) + (line == 0 || column == 0 ? "" : ":" + column);
    }
  }
}
