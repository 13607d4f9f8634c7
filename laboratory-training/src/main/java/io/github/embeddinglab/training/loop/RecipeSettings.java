package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.encoder.DropoutShares;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.encoder.Trained;
import io.github.embeddinglab.training.engine.EngineSettings;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the settings of a recipe are for backend, model and engine. */
final class RecipeSettings {
    /** Texts of a pass where a cached loss is asked for. */
    private static final int CACHED_TEXTS = 16;

    private RecipeSettings() {}

    static LibtorchBackend backend(Recipe recipe) {
        int threads = recipe.whole(TrainingSetting.THREADS).orElse(Runtime.getRuntime().availableProcessors());
        return LibtorchBackend.open(threads, LibtorchBackend.Device.of(recipe.word(TrainingSetting.DEVICE)));
    }

    static Precision precision(Recipe recipe, TrainingBackend backend) {
        String word = recipe.word(TrainingSetting.PRECISION);
        boolean narrow = word.equals("bf16") || (word.equals("auto") && backend.supports(Precision.BFLOAT16));
        return narrow ? Precision.BFLOAT16 : Precision.FLOAT32;
    }

    static TrainableModel model(Recipe recipe, ModelFolder folder, TrainingBackend backend) {
        Optional<Double> dropout = recipe.number(TrainingSetting.DROPOUT);
        return dropout.isEmpty()
                ? TrainableModel.load(folder, backend)
                : TrainableModel.load(folder, backend, DropoutShares.of(folder.architecture(), dropout.get()));
    }

    static EngineSettings engine(TrainingInputs inputs, LearningRate rate, TrainingBackend backend) {
        Recipe recipe = inputs.recipe();
        return EngineSettings.of(rate)
                .withWeightDecay(recipe.number(TrainingSetting.WEIGHT_DECAY).orElse(0.0))
                .withMaxGradientNorm(recipe.number(TrainingSetting.MAX_GRADIENT_NORM).orElse(1.0))
                .withTrained(trained(recipe))
                .withPrecision(precision(recipe, backend))
                .withMemory(new EngineSettings.Memory(
                        recipe.whole(TrainingSetting.MEMORY_MIB).orElse(0).longValue() << 20,
                        recipe.whole(TrainingSetting.MICRO_BATCH).orElse(LossMaker.cached(inputs.loss()) ? CACHED_TEXTS : 0),
                        EngineSettings.GradientCheckpointing.valueOf(
                                recipe.word(TrainingSetting.GRADIENT_CHECKPOINTING).toUpperCase(Locale.ROOT))))
                .withSeed(recipe.seed())
                .withDropout(recipe.number(TrainingSetting.DROPOUT).orElse(1.0) > 0);
    }

    private static Trained trained(Recipe recipe) {
        int layers = recipe.whole(TrainingSetting.LAST_LAYERS).orElse(Trained.ALL);
        Optional<Integer> rank = recipe.whole(TrainingSetting.LORA_RANK);
        if (rank.isPresent()) {
            return new Trained(layers, false, rank.get(), 2.0 * rank.get());
        }
        boolean words = recipe.word(TrainingSetting.FROZEN).equals("none") && layers == Trained.ALL;
        return new Trained(layers, words, 0, 0);
    }

    /** What a checkpoint depends on and the engine does not know. */
    static Map<String, String> conditions(TrainingInputs inputs) {
        return Map.of(
                "loss", inputs.loss().toString(),
                "batch_size", inputs.recipe().text(TrainingSetting.BATCH_SIZE).orElse(""));
    }
}
