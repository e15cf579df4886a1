package io.jpm.console;

import io.jpm.config.AppDefaults;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.ScriptEvaluator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// Programs that are functions; what they were asked is noted.
record FakePrograms(Function<Programs.Order, Programs.Outcome> answer, List<String> asked)
    implements Programs {
  static final Programs NONE =
      order ->
          CompletableFuture.completedFuture(
              new Programs.Outcome.Failed(order.command().getFirst() + " is not to be run"));

  static final Tools NO_TOOLS = tools(NONE);

  FakePrograms(Function<Programs.Order, Programs.Outcome> answer) {
    this(answer, new CopyOnWriteArrayList<>());
  }

  static Tools tools(Programs programs) {
    return new Tools(programs, new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE));
  }

  @Override
  public CompletionStage<Outcome> run(Order order) {
    asked.add(String.join(" ", order.command()));
    return CompletableFuture.completedFuture(answer.apply(order));
  }
}
