package io.jpm.config;

import java.util.List;

/// What came of a text in one of the formats.
sealed interface Parsed {
  /// It is of the format.
  ///
  /// @param repeated the members whose key their object has already
  record Read(Node root, List<Node.Member> repeated) implements Parsed {
    public Read {
      repeated = List.copyOf(repeated);
    }
  }

  /// It is not.
  ///
  /// @param line where the text stops being of the format, from 1; 0: no line is to blame
  /// @param column the same, from 1; 0: it is not known
  /// @param what one sentence in plain words
  record Broken(int line, int column, String what) implements Parsed {
    /// The place in `file`, for a problem.
    String where(String file) {
      return Source.place(file, line) + (line == 0 || column == 0 ? "" : ":" + column);
    }
  }
}
