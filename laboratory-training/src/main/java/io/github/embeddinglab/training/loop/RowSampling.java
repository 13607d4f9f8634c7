package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.sampling.BatchSampler;
import io.github.embeddinglab.training.sampling.Samplers;
import io.github.embeddinglab.training.sampling.SetSampler;
import io.github.embeddinglab.training.sampling.TokenLimit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Which rows make a batch: of all data as one set, or of one of several sets ({@code mixing}); a function of (seed, epoch). */
final class RowSampling implements BatchSampler {
    private static final int ROWS_OF_A_CLASS = 4;
    /** The last batch of an epoch is no news. */
    private static final double NOTED_SHARE = 0.05;
    private static final String CONCATENATED = "concatenated";
    private static final String TEMPERATURE = "temperature";

    private final Recipe recipe;
    private final RowBatches.Pairing pairing;
    private final int batchSize;
    private final boolean negatives;
    private final IntUnaryOperator lengths;
    private final BatchSampler sampler;
    private final List<String> notes = new ArrayList<>();

    /**
     * Makes the samplers.
     *
     * @param set all rows
     * @param reading how labelled texts become batches, and whether rows are each other's negatives
     * @param recipe batch size, batching and mixing
     * @param lengths tokens of a row once all its texts are padded to the longest
     */
    RowSampling(TrainingSet set, RowBatches.Reading reading, Recipe recipe, IntUnaryOperator lengths) {
        this.recipe = recipe;
        this.lengths = lengths;
        this.pairing = reading.pairing();
        this.batchSize = recipe.whole(TrainingSetting.BATCH_SIZE).orElse(32);
        this.negatives = reading.negatives();
        Map<String, List<Integer>> sets = new LinkedHashMap<>();
        for (int i = 0; i < set.rows().size(); i++) {
            sets.computeIfAbsent(set.rows().get(i).set(), key -> new ArrayList<>()).add(i);
        }
        String mixing = recipe.word(TrainingSetting.MIXING);
        if (!mixing.equals(TEMPERATURE) && recipe.settings().containsKey(TrainingSetting.MIXING_TEMPERATURE)) {
            notes.add("mixing_temperature is not used, since mixing is " + mixing);
        }
        if (mixes(recipe) && sets.size() == 1) {
            notes.add("mixing " + mixing + " changes nothing here: the rows are of one set, as made queries are; each --data is a set");
        }
        this.sampler = mixes(recipe) && sets.size() > 1 ? mixed(set, sets) : full(one(set, row -> row, batchSize, recipe.seed()));
        noteBatching();
    }

    private void noteBatching() {
        if (grouped() && drawnOtherwise()) {
            notes.add("batching=length-grouped is not followed: rows of this loss are each other's negatives, so that "
                    + (pairing == RowBatches.Pairing.CLASSES ? "batches are drawn by label" : "a batch holds no text twice and rows at random"));
        }
        if (recipe.whole(TrainingSetting.BATCH_TOKENS).isPresent() && (!grouped() || drawnOtherwise())) {
            notes.add("batch_tokens is not followed: it limits batches with batching=length-grouped alone; batch_size and micro_batch"
                    + " limit the others");
        }
    }

    private boolean grouped() {
        return recipe.word(TrainingSetting.BATCHING).equals("length-grouped");
    }

    private boolean drawnOtherwise() {
        return pairing == RowBatches.Pairing.CLASSES || negatives;
    }

    /** Whether batches are of one set each, where there are several. */
    static boolean mixes(Recipe recipe) {
        return !recipe.word(TrainingSetting.MIXING).equals(CONCATENATED);
    }

    /** What people are to know: the share of each set. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public List<int[]> epoch(long epoch) {
        return sampler.epoch(epoch);
    }

    private BatchSampler mixed(TrainingSet set, Map<String, List<Integer>> sets) {
        List<String> names = List.copyOf(sets.keySet());
        List<List<Integer>> places = List.copyOf(sets.values());
        List<BatchSampler> samplers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            List<TrainingRow> rows = places.get(i).stream().map(set.rows()::get).toList();
            List<Integer> own = places.get(i);
            samplers.add(ofSet(i, new TrainingSet(named(names.get(i)), set.form(), rows, List.of()), own::get));
        }
        SetSampler all = new SetSampler(samplers, mixing(), recipe.seed());
        long[] batches = new long[names.size()];
        all.epoch(0).forEach(batch -> batches[batch.set()]++);
        long sum = Arrays.stream(batches).sum();
        List<String> shares = new ArrayList<>();
        for (int i = 0; i < batches.length; i++) {
            shares.add(String.format(
                    Locale.ROOT,
                    "%s %,d (%.0f %%, %,d rows)",
                    named(names.get(i)),
                    batches[i],
                    100.0 * batches[i] / sum,
                    places.get(i).size()));
        }
        notes.add(String.format(
                Locale.ROOT, "mixing %s, batches of the first epoch: %s", recipe.word(TrainingSetting.MIXING), String.join(", ", shares)));
        return epoch -> all.epoch(epoch).stream()
                .map(batch -> Arrays.stream(batch.rows()).map(row -> places.get(batch.set()).get(row)).toArray())
                .toList();
    }

    private static String named(String set) {
        return set.isEmpty() ? "rows without a set" : set;
    }

    private SetSampler.Mixing mixing() {
        return switch (recipe.word(TrainingSetting.MIXING)) {
            case "round-robin" -> new SetSampler.Mixing.RoundRobin();
            case TEMPERATURE -> new SetSampler.Mixing.Temperature(recipe.number(TrainingSetting.MIXING_TEMPERATURE).orElse(1.0));
            default -> new SetSampler.Mixing.Proportional();
        };
    }

    /** A set of fewer rows than a batch has smaller batches. */
    private BatchSampler ofSet(int place, TrainingSet set, IntUnaryOperator rowOfAll) {
        int rows = set.rows().size();
        int size = Math.min(batchSize, pairing == RowBatches.Pairing.CLASSES ? rows - rows % ROWS_OF_A_CLASS : rows);
        int usable = pairing == RowBatches.Pairing.BY_LABEL ? new HashSet<>(Samplers.labels(set)).size() : rows;
        if (negatives && usable < 2) {
            throw new InvalidInputException("set " + set.name() + " has one "
                    + (rows == 1 ? "row" : "label") + " for training, so that nothing of a batch is a negative; give more, or mixing=" + CONCATENATED);
        }
        if (size < batchSize) {
            notes.add(String.format(Locale.ROOT, "set %s has %,d rows for training: its batches have at most %d", set.name(), rows, size));
        }
        try {
            return full(one(set, rowOfAll, size, KeyedRandom.at(recipe.seed(), place).nextLong()));
        } catch (InvalidInputException e) {
            throw new InvalidInputException("set " + set.name() + ": " + e.getMessage() + "; or mix with mixing=" + CONCATENATED, e);
        }
    }

    private BatchSampler one(TrainingSet set, IntUnaryOperator rowOfAll, int batch, long seed) {
        if (pairing == RowBatches.Pairing.CLASSES) {
            return Samplers.byLabel(Samplers.labels(set), batch, ROWS_OF_A_CLASS, seed);
        }
        if (pairing == RowBatches.Pairing.BY_LABEL) {
            List<String> labels = Samplers.labels(set);
            List<TrainingRow> rows = labels.stream().map(label -> TrainingRow.labelled(label, label)).toList();
            return Samplers.noDuplicates(set.withRows(rows), Math.min(batch, new HashSet<>(labels).size()), seed);
        }
        if (negatives) {
            return Samplers.noDuplicates(set.form() == Form.DOCUMENTS ? withoutTitles(set) : set, batch, seed);
        }
        if (grouped()) {
            long most = recipe.whole(TrainingSetting.BATCH_TOKENS).map(Integer::longValue).orElse(Long.MAX_VALUE);
            int[] tokens = IntStream.range(0, set.rows().size()).map(row -> lengths.applyAsInt(rowOfAll.applyAsInt(row))).toArray();
            return Samplers.lengthGrouped(tokens, new TokenLimit(most, batch), seed);
        }
        return Samplers.shuffled(set.rows().size(), batch, seed);
    }

    /** Title and text are one text: a title that many share, as "Overview", keeps none of them apart. */
    private static TrainingSet withoutTitles(TrainingSet set) {
        return set.withRows(set.rows().stream()
                .map(row -> row.texts().get(0) + " " + row.texts().get(1))
                .map(whole -> TrainingRow.document(whole, whole))
                .toList());
    }

    /**
     * Where rows are each other's negatives, batches of less than half the size teach little and are left out. The size is the first
     * batch's where texts or labels that are shared allow no more.
     */
    private BatchSampler full(BatchSampler any) {
        return !negatives ? any : epoch -> {
            List<int[]> all = any.epoch(epoch);
            int first = all.get(0).length;
            int least = Math.min(first, Math.max(2, Math.min(batchSize, first) / 2));
            List<int[]> kept = all.stream().filter(rows -> rows.length >= least).toList();
            if (epoch == 0) {
                noteLeftOut(rows(all), rows(kept), least);
            }
            return kept;
        };
    }

    private static int rows(List<int[]> batches) {
        return batches.stream().mapToInt(batch -> batch.length).sum();
    }

    private void noteLeftOut(int given, int kept, int least) {
        String note = String.format(
                Locale.ROOT,
                "%,d of %,d rows are left out of the first epoch (others of the next): what they share with others lets no batch have %d of them",
                given - kept,
                given,
                least);
        if (given - kept > NOTED_SHARE * given && !notes.contains(note)) {
            notes.add(note);
        }
    }
}
