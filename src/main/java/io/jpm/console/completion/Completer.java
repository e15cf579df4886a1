package io.jpm.console.completion;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.completion.Completion.Candidate;
import io.jpm.console.completion.Completion.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Computes the completions of an unfinished command line from [Verb], [VerbOption] and the listed
/// apps.
final class Completer {
  private final ListedNames listed;
  private final FileVariants variants;

  /// @param variants finds the `env_NAME` keys of the process files on the command line
  Completer(List<InstanceView> instances, FileVariants variants) {
    this.listed = new ListedNames(instances);
    this.variants = variants;
  }

  /// Returns the completions of the word at the cursor.
  ///
  /// @param before the words between `jpm` and the word at the cursor
  /// @param current the part of the word at the cursor that has been typed
  Completion complete(List<String> before, String current) {
    CompletionContext place = CompletionContext.of(before, current);
    return switch (place) {
      case CompletionContext.Command(boolean ofHelp) -> commands(current, ofHelp);
      case CompletionContext.FirstOption() -> FIRST_OPTIONS.beginningWith(current);
      case CompletionContext.Option(Verb verb) -> options(verb).beginningWith(current);
      case CompletionContext.Value(VerbOption option, String prefix, List<String> targets) ->
          value(option, current.substring(prefix.length()), targets).prefixedWith(prefix);
      case CompletionContext.Target target -> target(target, current);
      case CompletionContext.AppArgument() -> Completion.of(Files.FILES);
      case CompletionContext.Unknown() -> Completion.NOTHING;
    };
  }

  private static final Completion FIRST_OPTIONS =
      Completion.of(
          List.of(
              new Candidate("--help", "show help"),
              new Candidate("-h", "show help"),
              new Candidate("--version", "show the version"),
              new Candidate("-v", "show the version"),
              new Candidate("--silent", VerbOption.SILENT.description()),
              new Candidate("--no-color", VerbOption.NO_COLOR.description())));

  /// Completes the name of a command. Offers its primary name, or an alias if only the alias begins
  /// with the typed text.
  private static Completion commands(String typed, boolean ofHelp) {
    List<Candidate> found = new ArrayList<>();
    for (Verb verb : Verb.values()) {
      List<String> fitting = verb.names().stream().filter(name -> name.startsWith(typed)).toList();
      List<String> shown = fitting.contains(verb.keyword()) ? List.of(verb.keyword()) : fitting;
      shown.forEach(name -> found.add(new Candidate(name, verb.summary())));
    }
    if (!ofHelp) {
      found.add(new Candidate("help", "show help for jpm or for one command"));
    }
    return Completion.of(found).beginningWith(typed);
  }

  private static Completion options(Verb verb) {
    return Completion.of(
        verb.listedOptions().stream()
            .flatMap(option ->
                option.names().stream().map(name -> new Candidate(name, option.description())))
            .toList());
  }

  private Completion value(VerbOption option, String typed, List<String> targets) {
    return switch (OptionValues.of(option)) {
      case OptionValues.OneOf(List<String> words) -> Completion.ofWords(words).beginningWith(typed);
      case OptionValues.FilePath(Files files) -> Completion.of(files);
      case OptionValues.Apps() -> names(typed);
      case OptionValues.Namespaces() -> listed.namespaces().beginningWith(typed);
      case OptionValues.EnvironmentNames() -> variants.scan(targets).beginningWith(typed);
      case OptionValues.Free() -> Completion.NOTHING;
    };
  }

  /// Completes the last name in a comma-separated list.
  private Completion names(String typed) {
    String before = typed.substring(0, typed.lastIndexOf(',') + 1);
    List<String> given = Arrays.asList(before.split(",", -1));
    Completion rest =
        Completion.of(
            listed.names().candidates().stream().filter(it -> !given.contains(it.word())).toList());
    return rest.beginningWith(typed.substring(before.length())).prefixedWith(before);
  }

  private Completion target(CompletionContext.Target target, String typed) {
    Completion found = Completion.NOTHING;
    boolean filesFirst = false;
    for (TargetKind kind : TargetKind.at(target.verb(), target.targets().size())) {
      Completion more = of(kind, typed, target.targets());
      // If a name matches, do not offer files: the user usually means the name.
      if (more.files() == Files.NONE || filesFirst || found.candidates().isEmpty()) {
        found = found.and(more.beginningWith(typed));
      }
      filesFirst |= more.files() != Files.NONE && found.candidates().isEmpty();
    }
    return target.optional().isEmpty()
        ? found
        : value(target.optional().get(), typed, target.targets()).and(found);
  }

  private Completion of(TargetKind kind, String typed, List<String> targets) {
    return switch (kind) {
      case TargetKind.App() -> listed.names().and(listed.namespaces());
      case TargetKind.Id() -> typed.isEmpty() ? Completion.NOTHING : listed.ids(); // offer names
      case TargetKind.FilePath(Files files) -> Completion.of(files);
      case TargetKind.OneOf(List<String> words) -> Completion.ofWords(words);
      case TargetKind.Action() ->
          targets.isEmpty() ? Completion.NOTHING : listed.actions(targets.getFirst());
      case TargetKind.Free() -> Completion.NOTHING;
    };
  }

  /// Returns the primary names of all commands, which the completion script uses if no daemon is
  /// running.
  static List<String> commandWords() {
    return Stream.concat(Arrays.stream(Verb.values()).map(Verb::keyword), Stream.of("help"))
        .toList();
  }
}
