package io.jpm.console;

import io.jpm.config.ProcessFileReader;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.session.CommandTools;
import io.jpm.console.session.ExternalPrograms;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// Replaces external programs by a function and records the commands that were run.
public record FakePrograms(
    Function<ExternalPrograms.Order, ExternalPrograms.Outcome> answer, List<String> asked)
    implements ExternalPrograms {
  public static final ExternalPrograms NONE =
      order ->
          CompletableFuture.completedFuture(
              new ExternalPrograms.Outcome.Failed(
                  order.command().getFirst() + " is not to be run"));

  public static final CommandTools NO_TOOLS = tools(NONE);

  FakePrograms(Function<ExternalPrograms.Order, ExternalPrograms.Outcome> answer) {
    this(answer, new CopyOnWriteArrayList<>());
  }

  static CommandTools tools(ExternalPrograms externalPrograms) {
    return new CommandTools(
        externalPrograms, new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE));
  }

  @Override
  public CompletionStage<Outcome> run(Order order) {
    asked.add(String.join(" ", order.command()));
    return CompletableFuture.completedFuture(answer.apply(order));
  }
}
