package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.loop.LossTable.Entry;
import io.github.embeddinglab.training.loop.LossTable.OnTexts;
import io.github.embeddinglab.training.loop.LossTable.OnVectors;
import io.github.embeddinglab.training.loop.LossTable.Values;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.MatryoshkaLoss;
import io.github.embeddinglab.training.loss.OrthogonalRegularisation;
import io.github.embeddinglab.training.loss.OwnLoss;
import io.github.embeddinglab.training.objective.AdaptiveLayers;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoublePredicate;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Losses by name: found, checked against data and settings, and made. To add one, add a line to {@code LossTable}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LossMaker {
    private static final String CACHED_PREFIX = "cached-";
    private static final Set<String> PAIRING = Set.of("mega-batch-margin", "multiple-negatives", "symmetric-multiple-negatives");
    private static final Set<String> IN_BATCH =
            Set.of("gist", "mega-batch-margin", "multiple-negatives", "simcse", "symmetric-multiple-negatives");

    private LossMaker() {}

    /**
     * What a loss is made from.
     *
     * @param form of the rows
     * @param backend that holds the model
     * @param model that is trained
     * @param classes of the rows
     * @param tokenizer the model's {@code tokenizer.json}
     * @param vocabulary ids of the tokenizer
     * @param teacherWidth dimensions of the teacher, 0 without one
     * @param recipe of the training
     */
    record Place(
            Form form,
            TrainingBackend backend,
            TrainableModel model,
            int classes,
            Path tokenizer,
            int vocabulary,
            int teacherWidth,
            FineTuning.Recipe recipe) {
        int dimensions() {
            return model.description().dimensions();
        }

        double share(TrainingSetting setting) {
            return recipe.number(setting).orElseThrow(() -> new IllegalStateException(setting.key() + " has a default"));
        }
    }

    private static Objective wrapped(Loss loss, Values settings, Place place) {
        Loss inner = loss;
        Object widths = settings.given().getOrDefault(LossTable.MATRYOSHKA, 0.0);
        if (!widths.equals(0.0)) {
            List<Integer> each = LossOption.widths(widths, place.dimensions());
            if (each.stream().anyMatch(width -> width > place.dimensions())) {
                throw new InvalidInputException("loss.matryoshka has the widths " + each + ", but vectors of this model have "
                        + place.dimensions() + " dimensions; give widths up to it");
            }
            inner = new MatryoshkaLoss(inner, each);
        }
        double weight = wrapping(settings, LossTable.ORTHOGONAL);
        if (weight > 0) {
            inner = new OrthogonalRegularisation(inner, weight, weight);
        }
        return wrapping(settings, LossTable.ADAPTIVE) != 0 ? new AdaptiveLayers(inner, 1, 1, 0.3) : Objective.of(inner);
    }

    /** A wrapper is off unless it was asked for. */
    private static double wrapping(Values settings, String name) {
        return settings.given().get(name) instanceof Double number ? number : 0;
    }

    /**
     * The names.
     *
     * @return in alphabetical order
     */
    public static List<String> names() {
        return LossTable.ALL.keySet().stream().sorted().toList();
    }

    /**
     * The forms of data that a loss reads.
     *
     * @param name of {@link #names}
     * @return in the order of {@link Form}
     * @throws InvalidInputException when there is no such loss
     */
    public static List<Form> forms(String name) {
        Entry entry = entry(new LossChoice(name, Map.of()));
        return Arrays.stream(Form.values()).filter(entry.forms()::contains).toList();
    }

    /**
     * The loss that suits a form best.
     *
     * @param form of the data
     * @return a loss with its defaults
     */
    public static LossChoice suiting(Form form) {
        String name = switch (form) {
            case PAIRS, TRIPLETS, LABELLED -> "multiple-negatives";
            case SCORED_PAIRS -> "cosent";
            case SCORED_TRIPLETS -> "margin-mse";
            case LABELLED_PAIRS -> "softmax";
            case DOCUMENTS -> "simcse";
        };
        return new LossChoice(name, Map.of());
    }

    /**
     * A loss as the table has it: {@code cached-NAME} is the loss with the setting {@code cached}; {@code matryoshka},
     * {@code adaptive-layers} and {@code orthogonal} alone wrap the loss that suits the form.
     *
     * @param choice as the user named it
     * @param form of the data
     * @return name of the table, and settings
     */
    public static LossChoice resolve(LossChoice choice, Form form) {
        if (choice.own() != null) {
            return choice;
        }
        String name = choice.name();
        if (name.equals("margin-mse") && form == Form.SCORED_TRIPLETS) {
            // margins of one's own have a scale of their own, a teacher's here are of cosines
            Map<String, Object> settings = new LinkedHashMap<>(choice.settings());
            settings.putIfAbsent(LossTable.SIMILARITY, "dot");
            return new LossChoice(name, settings);
        }
        if (name.startsWith(CACHED_PREFIX)) {
            return resolve(new LossChoice(name.substring(CACHED_PREFIX.length()), choice.settings()).with(LossTable.CACHED, 1), form);
        }
        if (wraps(name)) {
            Map<String, Object> settings = new LinkedHashMap<>(choice.settings());
            settings.putIfAbsent(wrapper(name), 1.0);
            return new LossChoice(suiting(form).name(), settings);
        }
        return choice;
    }

    private static boolean wraps(String name) {
        return LossTable.WRAPPERS.stream().anyMatch(option -> option.name().equals(wrapper(name)));
    }

    private static String wrapper(String name) {
        return name.replace('-', '_');
    }

    /**
     * Refuses what is wrong whatever the data: a name that no loss has, settings that it does not have, values that they do not take.
     *
     * @param choice loss and settings, as the user named them
     * @throws InvalidInputException saying which there are
     */
    public static void requireKnown(LossChoice choice) {
        if (choice.own() == null && !wraps(choice.name())) { // what a wrapper takes depends on the loss in it, so on the data
            LossChoice resolved = resolve(choice, Form.PAIRS);
            checkSettings(resolved, entry(resolved));
        }
    }

    /**
     * Refuses a loss that does not read the form, settings that it does not have, and values that they do not take.
     *
     * @param choice loss and settings, resolved
     * @param form of the data
     * @throws InvalidInputException saying which there are
     */
    public static void check(LossChoice choice, Form form) {
        Entry entry = entry(choice);
        if (!entry.forms().contains(form)) {
            throw new InvalidInputException("loss " + choice.name() + " does not read " + form.words() + "; for these there are "
                    + String.join(", ", names().stream().filter(name -> reads(name, form)).toList()));
        }
        checkSettings(choice, entry);
    }

    /**
     * Refuses scores that a loss cannot read.
     *
     * @param choice loss, resolved and checked
     * @param set all rows
     * @throws InvalidInputException naming the first row with such a score
     */
    public static void checkScores(LossChoice choice, TrainingSet set) {
        switch (choice.name()) {
            case "cosine" -> requireScores(set, choice, score -> score >= -1 && score <= 1,
                    "scores from -1 to 1, as cosines are; divide them by the greatest, or choose cosent, which reads their order alone");
            case "contrastive", "online-contrastive" -> requireScores(set, choice, score -> score == 0 || score == 1,
                    "1 for texts that belong together and 0 for others; map the scores, or choose cosent, which reads their order");
            default -> { }
        }
    }

    private static void requireScores(TrainingSet set, LossChoice choice, DoublePredicate good, String wanted) {
        for (int i = 0; i < set.rows().size(); i++) {
            Double score = set.rows().get(i).score();
            if (choice.own() == null && score != null && !good.test(score)) {
                throw new InvalidInputException("row " + (i + 1) + " of " + set.name() + " has the score " + score + ", but loss "
                        + choice.name() + " reads " + wanted);
            }
        }
    }

    private static void checkSettings(LossChoice choice, Entry entry) {
        choice.settings().forEach((key, value) -> {
            LossOption option = entry.options().stream()
                    .filter(known -> known.name().equals(key))
                    .findFirst()
                    .orElseThrow(() -> new InvalidInputException("loss " + choice.name() + " has no setting \"" + key + "\"; it has "
                            + LossOption.described(entry.options())));
            if (!option.kind().takes(value)) {
                throw new InvalidInputException("loss " + choice.name() + " has " + key + " " + LossOption.text(value) + "; it takes "
                        + option.kind().words());
            }
        });
    }

    private static Entry entry(LossChoice choice) {
        if (choice.own() instanceof OwnLoss own) {
            OnVectors maker = (s, p) -> own.maker().make(p.backend(), p.dimensions());
            return LossTable.onVectors(choice.name(), own.forms(), List.of(), Outside.NOTHING, maker);
        }
        Entry entry = LossTable.ALL.get(choice.name());
        if (entry == null || choice.own() != null) {
            throw new InvalidInputException("loss \"" + choice.name() + "\" is not known; there are " + String.join(", ", names())
                    + "; adaptive-layers, cached, matryoshka and orthogonal around what suits the data; and cached-NAME of one with the setting cached");
        }
        return entry;
    }

    private static boolean reads(String name, Form form) {
        Entry entry = LossTable.ALL.get(name);
        return entry != null && entry.forms().contains(form);
    }

    /**
     * Whether a loss learns from a teacher.
     *
     * @param choice loss, resolved
     * @param form of the data
     * @return true when the training needs the setting {@code teacher}
     */
    public static boolean needsTeacher(LossChoice choice, Form form) {
        return outside(choice, form).teaches();
    }

    /**
     * Whether a loss is guided by another model.
     *
     * @param choice loss, resolved
     * @param form of the data
     * @return true when the training needs a guide
     */
    public static boolean needsGuide(LossChoice choice, Form form) {
        return outside(choice, form) == Outside.GUIDE_VECTORS;
    }

    /** Rows with margins of their own need no teacher. */
    static Outside outside(LossChoice choice, Form form) {
        return form == Form.SCORED_TRIPLETS ? Outside.NOTHING : entry(choice).outside();
    }

    /** Whether a loss reads single texts without labels where rows are labelled texts. */
    static boolean readsTexts(LossChoice choice, Form form) {
        return form == Form.LABELLED && entry(choice).forms().contains(Form.DOCUMENTS);
    }

    /** Whether labelled texts are paired with another of their label. */
    static boolean pairsLabelled(LossChoice choice) {
        return PAIRING.contains(choice.name()) || (choice.own() != null && entry(choice).forms().contains(Form.PAIRS));
    }

    /** Whether rows of a batch are each other's negatives; of a loss of one's own on pairs it is taken to be so. */
    static boolean inBatch(LossChoice choice, Form form) {
        return choice.own() == null ? IN_BATCH.contains(choice.name()) : form == Form.PAIRS || form == Form.TRIPLETS || pairsLabelled(choice);
    }

    static boolean cached(LossChoice choice) {
        return choice.number(LossTable.CACHED).orElse(0.0) != 0;
    }

    static Objective make(LossChoice choice, Place place) {
        Entry entry = entry(choice);
        Values values = new Values(choice.settings(), entry.options());
        return entry.maker() instanceof OnTexts texts ? texts.make(values, place) : wrapped(loss(choice, place), values, place);
    }

    /** The loss on vectors without what wraps it. */
    static Loss loss(LossChoice choice, Place place) {
        Entry entry = entry(choice);
        if (entry.maker() instanceof OnVectors maker) {
            return maker.make(new Values(choice.settings(), entry.options()), place);
        }
        throw new IllegalStateException(choice.name() + " is no loss on vectors");
    }
}
