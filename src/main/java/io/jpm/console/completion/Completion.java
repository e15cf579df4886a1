package io.jpm.console.completion;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a command line may go on with.
///
/// @param candidates the words that may stand where the cursor is, best first
/// @param files which files may stand there too; the shell knows those better
record Completion(List<Candidate> candidates, Files files) {
  /// Nothing that is known here.
  static final Completion NOTHING = new Completion(List.of(), Files.NONE);

  Completion {
    candidates = List.copyOf(candidates);
  }

  /// One word.
  ///
  /// @param word as it is meant, not quoted for a shell
  /// @param description what it is, in a few words; may be empty
  record Candidate(String word, String description) {}

  /// Which files.
  enum Files {
    NONE("none"),
    DIRECTORIES("directories"),
    FILES("files");

    private final String word;

    Files(String word) {
      this.word = word;
    }

    /// As the shells' scripts are told.
    String word() {
      return word;
    }
  }

  static Completion of(List<Candidate> candidates) {
    return new Completion(candidates, Files.NONE);
  }

  static Completion of(Files files) {
    return new Completion(List.of(), files);
  }

  /// Words of which nothing is to be said.
  static Completion ofWords(List<String> words) {
    return of(words.stream().map(word -> new Candidate(word, "")).toList());
  }

  /// Both; of the files, the more.
  Completion and(Completion other) {
    return new Completion(
        Stream.concat(candidates.stream(), other.candidates.stream()).toList(),
        files.compareTo(other.files) >= 0 ? files : other.files);
  }

  /// Only what begins with `typed`, each word once.
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

  /// Each word behind `before`, which is already typed.
  Completion behind(String before) {
    return new Completion(
        candidates.stream().map(it -> new Candidate(before + it.word(), it.description())).toList(),
        files);
  }

  /// PM2's form: a word a line.
  String plain() {
    return candidates.stream().map(it -> it.word() + "\n").collect(Collectors.joining());
  }

  /// The form for the shells' scripts: a line about files, then a word a line with its description
  /// behind a tab.
  String described() {
    return candidates.stream()
        .map(it -> it.word() + "\t" + it.description() + "\n")
        .collect(Collectors.joining("", files.word + "\n", ""));
  }
}
