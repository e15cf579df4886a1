package io.jpm.config.format;

import io.jpm.config.values.Node;
import io.jpm.config.values.SourceLocation;
import java.util.List;

/// What came of a text in one of the formats.
public sealed interface ParseResult {
  /// It is of the format.
  ///
  /// @param repeated the members whose key their object has already
  record Read(Node root, List<Node.Member> repeated) implements ParseResult {
    public Read {
      repeated = List.copyOf(repeated);
    }
  }

  /// It is not.
  ///
  /// @param line where the text stops being of the format, from 1; 0: no line is to blame
  /// @param column the same, from 1; 0: it is not known
  /// @param what one sentence in plain words, which is cut where it repeats a long text
  record Broken(int line, int column, String what) implements ParseResult {
    private static final int LONGEST = 300;

    public Broken {
      if (what.length() > LONGEST) {
        what = what.substring(0, LONGEST) + "…";
      }
    }

    /// The place in `file`, for a problem.
    public String where(String file) {
      return SourceLocation.place(file, line) + (line == 0 || column == 0 ? "" : ":" + column);
    }
  }
}
