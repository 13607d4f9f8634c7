package io.github.embeddinglab.core.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's environment, kept until the process is gone.
 *
 * <p>The runtime's own shutdown hook frees the environment while other threads still open or run sessions, for hooks and
 * threads run side by side: a process that is told to stop just then ends in a native crash (upstream issue 31352). The
 * natives count the owners of the one environment, so a second owner that never lets go keeps it alive. The method that
 * takes a share is private; where it is missing or out of reach, everything works but such an exit may crash.
 */
final class RuntimeEnvironment {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeEnvironment.class);

    private RuntimeEnvironment() {}

    static OrtEnvironment get() {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Share.TAKEN.tell();
        return environment;
    }

    /** Taken once for the process, when the first session opens. */
    private static final class Share {
        static final Share TAKEN = new Share();

        private final String problem;

        private Share() {
            this.problem = take();
        }

        private static String take() {
            try {
                Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
                Method create = OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
                api.setAccessible(true);
                create.setAccessible(true);
                create.invoke(null, api.getLong(null), OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(), OrtEnvironment.DEFAULT_NAME);
                return "";
            } catch (ReflectiveOperationException | RuntimeException e) {
                return e.toString();
            }
        }

        private void tell() {
            if (!problem.isEmpty()) {
                LOG.debug("this ONNX Runtime may crash when the process is stopped while a session opens: {}", problem);
            }
        }
    }
}
