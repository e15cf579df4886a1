package io.jpm.config;

import io.jpm.model.AppSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The reading of one process file.
///
/// @param shown how problems name the file
/// @param path how sentences about apps of other files name this one: empty for a lone file
/// @param context what no app of it says itself
/// @param findings of this file
record FileReading(String shown, String path, AppBuilder.Context context, Findings findings) {
  /// The apps that could be read, with what each says; every mistake is noted.
  List<Neighbours.One> apps(Parsed parsed) {
    return switch (parsed) {
      case Parsed.Broken broken -> {
        findings.problem(broken.line(), broken.where(shown), broken.what());
        yield List.of();
      }
      case Parsed.Read read -> {
        for (Node.Member member : read.repeated()) {
          String key = new Node.Text(0, member.key()).shown();
          findings.problem(
              member.line(), Source.place(shown, member.line()), "key " + key + " is given twice");
        }
        yield apps(new ProcessFile(shown, findings).apps(read.root()), context.in(read.root()));
      }
    };
  }

  private List<Neighbours.One> apps(List<ProcessFile.Entry> entries, AppBuilder.Context context) {
    List<Neighbours.One> apps = new ArrayList<>();
    List<String> without = new ArrayList<>();
    Optional<String> environment = context.environment();
    for (ProcessFile.Entry entry : entries) {
      Source source = new Source.InFile(shown, entry.path(), entry.app().line());
      List<String> otherNames = entry.outermost() ? ProcessFile.OUTER_NAMES : List.of();
      Attributes attributes = Attributes.of(entry.app(), source, otherNames, findings);
      Optional<AppSpec> spec =
          new AppBuilder(attributes, context.labelled(entry.path()), findings).build();
      spec.ifPresent(app -> apps.add(new Neighbours.One(pathOf(entry), attributes, app)));
      if (environment.flatMap(attributes::environment).isEmpty()) {
        without.add(spec.map(app -> app.name().value()).orElse(entry.path()));
      }
    }
    environment.ifPresent(name -> warnOfMissing(name, without, entries.size()));
    return apps;
  }

  private String pathOf(ProcessFile.Entry entry) {
    return Stream.of(path, entry.path())
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(": "));
  }

  private void warnOfMissing(String name, List<String> without, int all) {
    if (!without.isEmpty()) {
      findings.warn(
          without.size() == all
              ? "%s: no app has an env_%s".formatted(shown, name)
              : "%s: without an env_%s: %s".formatted(shown, name, String.join(", ", without)));
    }
  }
}
