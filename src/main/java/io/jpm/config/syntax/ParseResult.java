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
  /// @param line the line of the error, from 1; 0 if the error has no line
  /// @param column the column of the error, from 1; 0 if unknown
  /// @param what a message for the user; truncated if it is long
  record Broken(int line, int column, String what) implements ParseResult {
    private static final int LONGEST = 300;

    public Broken {
      if (what.length() > LONGEST) {
        what = what.substring(0, LONGEST) + "…";
      }
    }

    /// Returns the location of the error in `file` for a message.
    public String where(String file) {
      return SourceLocation.location(file, line) + (line == 0 || column == 0 ? "" : ":" + column);
    }
  }
}
