// Draws each chart from the table below it, so that both say the same; anew when the look changes between light and dark.
"use strict";

(() => {
  const MOST_ROWS = 12;
  const language = document.documentElement.lang || "pt-br";
  const root = document.documentElement;
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // Stylesheets name colours in ways that the charts' library does not read; a pixel says which it is.
  function colour(name) {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = getComputedStyle(root).getPropertyValue(name).trim();
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  }

  function read(table, isRows) {
    const heads = [...table.tHead.rows[0].cells];
    const lines = [...table.tBodies[0].rows].slice(0, isRows ? MOST_ROWS : undefined);
    const drawn = heads.map((head, place) => ({ head, place })).filter(({ head }) => head.dataset.tone);
    const value = (cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value));
    return {
      labels: lines.map((line) => line.dataset.short),
      series: drawn.map(({ head, place }) => ({
        word: head.textContent,
        tone: head.dataset.tone,
        values: lines.map((line) => value(line.cells[place])),
        texts: lines.map((line) => line.cells[place].textContent),
      })),
    };
  }

  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  function waited(minutes, written) {
    if (minutes >= 120) return `${written.format(minutes / 60)} h`;
    return minutes > 0 && minutes < 2 ? `${written.format(minutes * 60)} s` : `${written.format(minutes)} min`;
  }

  function options(canvas, data, isRows) {
    const muted = colour("--rc-muted");
    const grid = { color: colour("--rc-line") };
    const unit = canvas.dataset.unit;
    const written = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    const shown = (value) => (unit === "min" ? waited(value, written) : `${written.format(value)} ${unit}`);
    const most = canvas.parentElement.clientWidth > 460 ? 36 : 20;
    const values = {
      beginAtZero: true,
      max: unit === "%" ? 100 : undefined,
      grid,
      ticks: { color: muted, maxTicksLimit: 6, precision: unit ? undefined : 0, callback: shown },
    };
    const names = {
      grid: { display: false },
      ticks: { color: muted, autoSkip: !isRows, maxRotation: 0, callback: (_value, place) => cut(data.labels[place], most) },
    };
    return {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: isRows ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: isRows ? "y" : "x" },
      scales: isRows ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: { display: data.series.length > 1, labels: { color: muted, boxWidth: 12, boxHeight: 12 } },
        tooltip: { callbacks: { label: (at) => `${at.dataset.label}: ${data.series[at.datasetIndex].texts[at.dataIndex]}` } },
      },
    };
  }

  function draw(canvas) {
    const isRows = canvas.dataset.chart === "rows";
    const data = read(document.getElementById(canvas.dataset.table), isRows);
    const kept = Chart.getChart(canvas);
    if (kept) kept.destroy();
    canvas.parentElement.hidden = false;
    if (isRows) canvas.parentElement.style.height = `${60 + data.labels.length * Math.max(30, data.series.length * 22)}px`;
    const datasets = data.series.map(({ word, tone, values }) => {
      const ink = colour(`--tone-${tone}`);
      const style = { backgroundColor: ink, hoverBackgroundColor: ink, borderColor: ink, pointRadius: 2, pointHitRadius: 12 };
      return { label: word, data: values, ...style, borderWidth: canvas.dataset.chart === "line" ? 2 : 0, maxBarThickness: 28, borderRadius: 3, tension: 0.25 };
    });
    const type = canvas.dataset.chart === "line" ? "line" : "bar";
    new Chart(canvas, { type, data: { labels: data.labels, datasets }, options: options(canvas, data, isRows) });
  }

  function drawAll() {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    document.querySelectorAll("canvas[data-chart]").forEach(draw);
  }

  document.addEventListener("DOMContentLoaded", () => {
    drawAll();
    new MutationObserver(drawAll).observe(root, { attributes: true, attributeFilter: ["class"] });
  });
})();
