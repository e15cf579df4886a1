package io.jpm.agent.bootstrap;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;

/*
 * The entry point of the agent. It is the only class of the agent that is visible to the app, and
 * can be loaded by Java 8 and newer. An error in the agent never prevents the app from starting.
 */
public final class Agent {
  private Agent() {}

  /*
   * Called by the JVM before the app's main method. Does nothing unless the process has inherited
   * sockets from jpm or can hand over its own.
   */
  public static void premain(String argument, Instrumentation jvm) {
    try {
      // The app's security manager may forbid reading environment variables.
      if (System.getenv("JPM_SOCKETS") != null || System.getenv("JPM_ALONE") != null) {
        enter(jvm);
      }
    } catch (InvocationTargetException error) {
      tell(error.getCause());
    } catch (Throwable error) {
      tell(error);
    }
  }

  private static void tell(Throwable error) {
    System.err.println("jpm: this JVM cannot share sockets: " + error);
  }

  /* Loads the agent and ASM in a separate class loader, so the app can use a different ASM. */
  private static void enter(Instrumentation jvm) throws Exception {
    String version = System.getProperty("java.specification.version");
    if (version.startsWith("1.") || Integer.parseInt(version) < 17) {
      System.err.println(
          "jpm: this JVM cannot share sockets because Java "
              + version
              + " is too old: use Java 17 or newer");
      return;
    }
    File jar = new File(Agent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    URL[] parts = {jar.toURI().toURL(), new File(jar.getParentFile(), "asm.jar").toURI().toURL()};
    // Never closed, because some classes are loaded only when the process drains.
    URLClassLoader own = new URLClassLoader(parts, ClassLoader.getSystemClassLoader().getParent());
    own.loadClass("io.jpm.agent.AgentInstaller")
        .getMethod("install", Instrumentation.class)
        .invoke(null, jvm);
  }
}
