package io.jpm.console.completion;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The possible completions of a command line.
///
/// @param candidates the possible words at the cursor, best match first
/// @param files the kind of files that are also possible at the cursor; the shell completes their
///   names
record Completion(List<Candidate> candidates, Files files) {
  /// No completions.
  static final Completion NOTHING = new Completion(List.of(), Files.NONE);

  Completion {
    candidates = List.copyOf(candidates);
  }

  /// A possible word at the cursor.
  ///
  /// @param word the text, without shell quoting
  /// @param description a short description; may be empty
  record Candidate(String word, String description) {}

  /// The kinds of files whose names the shell is asked to complete.
  enum Files {
    NONE("none"),
    DIRECTORIES("directories"),
    FILES("files");

    private final String word;

    Files(String word) {
      this.word = word;
    }

    /// Returns the keyword that the shell scripts use.
    String keyword() {
      return word;
    }
  }

  static Completion of(List<Candidate> candidates) {
    return new Completion(candidates, Files.NONE);
  }

  static Completion of(Files files) {
    return new Completion(List.of(), files);
  }

  /// Returns completions without descriptions.
  static Completion ofWords(List<String> words) {
    return of(words.stream().map(word -> new Candidate(word, "")).toList());
  }

  /// Returns a completion with the candidates of both completions and the more general of their
  /// kinds of files.
  Completion and(Completion other) {
    return new Completion(
        Stream.concat(candidates.stream(), other.candidates.stream()).toList(),
        files.compareTo(other.files) >= 0 ? files : other.files);
  }

  /// Returns this completion with only the candidates that begin with `typed`, without duplicates.
  Completion beginningWith(String typed) {
    return new Completion(
        candidates.stream()
            .filter(candidate -> candidate.word().startsWith(typed))
            .collect(
                Collectors.toMap(
                    Candidate::word, it -> it, (first, _) -> first, LinkedHashMap::new))
            .values()
            .stream()
            .toList(),
        files);
  }

  /// Returns this completion with `before`, which has already been typed, in front of each
  /// candidate.
  Completion prefixedWith(String before) {
    return new Completion(
        candidates.stream().map(it -> new Candidate(before + it.word(), it.description())).toList(),
        files);
  }

  /// Returns the candidates in PM2's format, one word per line.
  String plain() {
    return candidates.stream().map(it -> it.word() + "\n").collect(Collectors.joining());
  }

  /// Returns the candidates in the format that the shell scripts read. The first line is the kind
  /// of files; each further line contains a word and, after a tab, its description.
  String described() {
    return candidates.stream()
        .map(it -> it.word() + "\t" + it.description() + "\n")
        .collect(Collectors.joining("", files.word + "\n", ""));
  }
}
