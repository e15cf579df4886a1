package io.jpm.config;

import io.jpm.config.app.AppBuilder;
import io.jpm.config.app.ReadContext;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problems;
import io.jpm.config.values.SourceLocation;
import io.jpm.model.AppSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads the apps from one process file.
///
/// @param shown the file's name, as shown in problems
/// @param path the prefix that identifies this file in problems that involve apps of several files;
///   empty if only one file is read
/// @param context the values that apps do not set themselves
/// @param problems collects the problems of this file
record AppListReader(String shown, String path, ReadContext context, Problems problems) {
  /// Returns the apps that could be read, and records all problems.
  List<AppSetValidator.One> apps(ParseResult parseResult) {
    return switch (parseResult) {
      case ParseResult.Broken broken -> {
        problems.problem(broken.line(), broken.where(shown), broken.what());
        yield List.of();
      }
      case ParseResult.Read read -> {
        for (ConfigNode.Member member : read.repeated()) {
          String key = new ConfigNode.Text(0, member.key()).displayText();
          problems.problem(
              member.line(),
              SourceLocation.location(shown, member.line()),
              "duplicate key " + key + ": keep only one");
        }
        yield apps(new AppEntryFinder(shown, problems).apps(read.root()), context.in(read.root()));
      }
    };
  }

  private List<AppSetValidator.One> apps(List<AppEntryFinder.Entry> entries, ReadContext context) {
    List<AppSetValidator.One> apps = new ArrayList<>();
    List<String> without = new ArrayList<>();
    Optional<String> environment = context.environment();
    for (AppEntryFinder.Entry entry : entries) {
      SourceLocation sourceLocation =
          new SourceLocation.InFile(shown, entry.path(), entry.app().line());
      List<String> otherNames = entry.outermost() ? AppEntryFinder.OUTER_NAMES : List.of();
      AttributeReader attributeReader =
          AttributeReader.of(entry.app(), sourceLocation, otherNames, problems);
      Optional<AppSpec> spec =
          new AppBuilder(attributeReader, context.labelled(entry.path()), problems).build();
      spec.ifPresent(app -> apps.add(new AppSetValidator.One(pathOf(entry), attributeReader, app)));
      if (environment.flatMap(attributeReader::environment).isEmpty()) {
        without.add(spec.map(app -> app.name().value()).orElse(entry.path()));
      }
    }
    environment.ifPresent(name -> warnOfMissing(name, without, entries.size()));
    return apps;
  }

  private String pathOf(AppEntryFinder.Entry entry) {
    return Stream.of(path, entry.path())
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(": "));
  }

  private void warnOfMissing(String name, List<String> without, int all) {
    if (!without.isEmpty()) {
      problems.warn(
          without.size() == all
              ? "%1$s: no app has the key env_%2$s for --env %2$s".formatted(shown, name)
              : "%1$s: the key env_%2$s for --env %2$s is missing from %3$s"
                  .formatted(shown, name, String.join(", ", without)));
    }
  }
}
