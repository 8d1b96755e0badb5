// A trend drawn from its table, on its own page only: after vendor/chart. Without a script the table says it all.
(() => {
  const { $, $$ } = window.sf;
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const draw = (part) => {
    if (!window.Chart) return;
    const months = $$('tbody th', part).map((head) => head.dataset.month);
    const heads = $$('thead [data-series]', part);
    const share = heads.length && heads[0].dataset.unit === 'share';
    const datasets = heads.map((head, n) => {
      const colour = ink(`--chart-${n + 1}`);
      const data = $$('tbody tr', part).map((row) => $$('td', row)[n].dataset.v).map((text) => (text === '' ? null : Number(text)));
      return { label: head.dataset.series, data, borderColor: colour, backgroundColor: colour, borderWidth: 2, borderDash: n ? [6, 4] : [], pointRadius: n ? 5 : 3, pointStyle: n ? 'rectRot' : 'circle', clip: false };
    });
    const old = window.Chart.getChart($('canvas', part));
    if (old) old.destroy();
    $('.trend-chart', part).hidden = false;
    const text = { color: ink('--ink-3'), font: { size: 12 } };
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    new window.Chart($('canvas', part), { // eslint-disable-line no-new
      type: 'line',
      data: { labels: months, datasets },
      options: {
        maintainAspectRatio: false,
        animation: still ? false : { duration: 200 },
        interaction: { mode: 'index', intersect: false },
        plugins: { legend: { display: heads.length > 1, align: 'start', labels: { color: ink('--ink-2'), boxWidth: 12, font: { size: 12 } } } },
        scales: {
          x: { grid: { display: false }, ticks: { ...text, maxRotation: 0, autoSkip: true } },
          y: { beginAtZero: true, max: share ? 100 : undefined, grid: { color: ink('--chart-grid') }, ticks: { ...text, callback: (value) => (share ? `${value}%` : value) } },
        },
      },
    });
  };
  const all = () => $$('[data-trend]').forEach(draw);
  window.sf.ready(all);
  new MutationObserver(all).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
})();
