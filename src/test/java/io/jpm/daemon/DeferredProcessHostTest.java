package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.jpm.model.RunAs;
import io.jpm.os.AppAccess;
import io.jpm.os.ProcessHost;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A process host that is created later, also if its creation fails for lack of threads.
class DeferredProcessHostTest {
  private static OutOfMemoryError noThreads() {
    return new OutOfMemoryError("unable to create native thread");
  }

  @Test
  void hostWhoseCreationFailedCanBeClosed() {
    var host = new DeferredProcessHost(CompletableFuture.failedFuture(noThreads()));
    assertThatCode(host::close).doesNotThrowAnyException();
    assertThat(host.created()).isCompletedExceptionally();
  }

  /// An inherited default method would answer in place of the real host.
  @Test
  void everyMethodOfProcessHostIsOverridden() {
    List<String> own =
        Stream.of(DeferredProcessHost.class.getDeclaredMethods())
            .map(DeferredProcessHostTest::signature)
            .toList();
    assertThat(Stream.of(ProcessHost.class.getMethods()).map(DeferredProcessHostTest::signature))
        .isNotEmpty()
        .isSubsetOf(own);
  }

  private static String signature(Method method) {
    return method.getName() + List.of(method.getParameterTypes());
  }

  /// The answer comes from the real host, not from a default method.
  @Test
  void everyCallIsForwardedToTheRealHost() throws Exception {
    List<String> asked = new ArrayList<>();
    ProcessHost real =
        (ProcessHost)
            Proxy.newProxyInstance(
                ProcessHost.class.getClassLoader(),
                new Class<?>[] {ProcessHost.class},
                (_, method, _) -> {
                  asked.add(signature(method));
                  if (method.getReturnType() == boolean.class) {
                    return false;
                  }
                  if (method.getReturnType() == AppAccess.class) {
                    return AppAccess.OF_DAEMON;
                  }
                  return method.getReturnType() == int.class ? Integer.valueOf(0) : null;
                });
    var host = new DeferredProcessHost(CompletableFuture.completedFuture(real));
    List<String> called = new ArrayList<>();
    for (Method method : ProcessHost.class.getMethods()) {
      Object[] arguments =
          Stream.of(method.getParameterTypes())
              .map(DeferredProcessHostTest::defaultArgument)
              .toArray();
      if (method.invoke(host, arguments) instanceof AppAccess access) {
        assertThat(access.isOther(RunAs.DAEMON)).as("answer of the deferred access").isFalse();
      }
      called.add(signature(method));
    }
    assertThat(asked).containsExactlyInAnyOrderElementsOf(called);
  }

  private static @Nullable Object defaultArgument(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    return type == int.class ? 0 : null;
  }

  @Test
  void lackOfThreadsIsReportedWithTheLimitsToRaise() {
    assertThat(StartupException.describe(new CompletionException(noThreads())))
        .contains("unable to create native thread", "ulimit")
        .doesNotContain("java.");
  }
}
