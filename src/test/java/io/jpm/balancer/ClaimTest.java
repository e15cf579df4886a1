package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppName;
import io.jpm.model.Balance;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which apps get in each other's way.
class ClaimTest {
  private static Claim claim(String app, Balance way, String... addresses) {
    return new Claim(new AppName(app), way, List.of(addresses));
  }

  @ParameterizedTest
  @CsvSource({
    "80, 80, true",
    "80, 81, false",
    "80, 8080, false",
    "80, *:80, true",
    "80, 127.0.0.1:80, true",
    "127.0.0.1:80, 80, true",
    "127.0.0.1:80, 127.0.0.1:80, true",
    "127.0.0.1:80, 127.0.0.2:80, false",
    "0.0.0.0:80, 127.0.0.1:80, true",
    "0.0.0.0:80, [::1]:80, false",
    "[::]:80, 127.0.0.1:80, true",
    "[::1]:80, 127.0.0.1:80, false",
  })
  void twoAppsCannotHaveTheSame(String here, String there, boolean clash) {
    Claim one = claim("one", Balance.LISTEN_FDS, here);
    Claim other = claim("other", Balance.PROXY, there);
    assertThat(one.refusedBeside(other).isPresent()).isEqualTo(clash);
    assertThat(other.refusedBeside(one).isPresent()).isEqualTo(clash);
  }

  @Test
  void whoIsRefusedHearsWhoIsThere() {
    assertThat(
            claim("one", Balance.NODE, "80")
                .refusedBeside(claim("other", Balance.LISTEN_FDS, "127.0.0.1:80")))
        .hasValue(
            "127.0.0.1:80 is in use already: the app \"other\" listens there (balance: listen_fds);"
                + " stop that, or give one of them another port");
  }

  @Test
  void appsOfNodeShareAPortAndAnAppIsNotInItsOwnWay() {
    Claim node = claim("one", Balance.NODE, "80");
    assertThat(node.refusedBeside(claim("other", Balance.NODE, "80"))).isEmpty();
    assertThat(node.refusedBeside(claim("other", Balance.JVM, "80"))).isPresent();
    assertThat(node.refusedBeside(claim("one", Balance.PROXY, "80"))).isEmpty();
  }

  @Test
  void aReloadCannotHandAPortFromOneWayToAnother() {
    Claim proxy = claim("one", Balance.PROXY, "80");
    assertThat(claim("one", Balance.NODE, "80").refusedAfter(proxy))
        .hasValue(
            "balance is node and was proxy, and port 80 cannot be handed from one to the other: use"
                + " jpm restart for this change, which has a gap");
    assertThat(claim("one", Balance.NODE).refusedAfter(proxy)).isPresent();
    assertThat(claim("one", Balance.NODE, "81").refusedAfter(proxy)).isEmpty();
    assertThat(claim("one", Balance.PROXY, "80").refusedAfter(proxy)).isEmpty();
  }
}
